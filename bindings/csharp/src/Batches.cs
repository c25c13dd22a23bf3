// SPDX-License-Identifier: Apache-2.0
using System;

namespace Wirestamp
{
    /// <summary>
    /// Room for several datagrams that one system call receives, used again and again: receiving into it allocates nothing. Not for two
    /// threads at once.
    /// </summary>
    public sealed class DatagramBatch
    {
        internal readonly DatagramData[] Records;
        internal readonly byte[] Bytes;
        internal readonly int Size;

        /// <summary>For so many datagrams of up to so many bytes each.</summary>
        public DatagramBatch(int capacity, int size)
        {
            if (capacity < 1)
                throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a batch has room for one datagram at least");
            if (size < 1)
                throw new ArgumentOutOfRangeException(nameof(size), size, "a datagram has room for one byte at least");
            Records = new DatagramData[capacity];
            Bytes = new byte[checked(capacity * size)];
            Size = size;
        }

        /// <summary>How many it has room for.</summary>
        public int Capacity => Records.Length;
        /// <summary>How many came last.</summary>
        public int Count { get; internal set; }
        /// <summary>What is known of one of those beside its payload.</summary>
        public Datagram this[int index] => new Datagram(in Records[Checked(index)]);
        /// <summary>Its payload, until the batch receives again.</summary>
        public ReadOnlySpan<byte> GetPayload(int index) => new ReadOnlySpan<byte>(Bytes, Checked(index) * Size, (int)Records[index].size);

        private int Checked(int index) =>
            index >= 0 && index < Count ? index : throw new ArgumentOutOfRangeException(nameof(index), index, Count + " datagrams have come");
    }

    /// <summary>
    /// Several datagrams that one system call sends, used again and again after <see cref="Clear"/>. Not for two threads at once.
    /// </summary>
    public sealed class OutgoingBatch
    {
        internal readonly OutgoingData[] Records;
        internal readonly byte[] Bytes;
        private int used;

        /// <summary>For so many datagrams, of so many bytes together.</summary>
        public OutgoingBatch(int capacity, int bytes)
        {
            if (capacity < 1)
                throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a batch has room for one datagram at least");
            Records = new OutgoingData[capacity];
            Bytes = new byte[Math.Max(1, bytes)];
        }

        /// <summary>How many are in it.</summary>
        public int Count { get; private set; }

        /// <summary>Takes all out of it.</summary>
        public void Clear() => used = Count = 0;

        /// <summary>Copies a datagram into the batch.</summary>
        public void Add(ReadOnlySpan<byte> payload, Endpoint destination) => Add(payload, destination, 0, 0);

        /// <summary>The same; its transmit stamp can be taken later under <paramref name="id"/>.</summary>
        public void AddStamped(ReadOnlySpan<byte> payload, Endpoint destination, uint id) => Add(payload, destination, 1, id);

        private unsafe void Add(ReadOnlySpan<byte> payload, Endpoint destination, uint flags, uint id)
        {
            if (Count == Records.Length || payload.Length > Bytes.Length - used)
                throw new InvalidOperationException("the batch is full: it has room for " + Records.Length + " datagrams of " + Bytes.Length +
                                                    " bytes together");
            payload.CopyTo(new Span<byte>(Bytes, used, payload.Length));
            used += payload.Length;
            Records[Count++] = new OutgoingData
            {
                structSize = (uint)sizeof(OutgoingData),
                flags = flags,
                size = (uint)payload.Length,
                id = id,
                destination = destination,
            };
        }
    }
}
