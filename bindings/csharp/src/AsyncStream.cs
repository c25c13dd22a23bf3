// SPDX-License-Identifier: Apache-2.0
#if !MONO
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Wirestamp
{
    /// <summary>From handlers to an async stream. What the reader is slow to take waits; at 65536 the oldest is dropped.</summary>
    internal sealed class AsyncStream<T>
    {
        private const int Most = 65536;
        private readonly NativeObject context;
        private readonly ConcurrentQueue<T> waiting = new ConcurrentQueue<T>();
        private readonly SemaphoreSlim count = new SemaphoreSlim(0);

        internal AsyncStream(NativeObject context)
        {
            this.context = context;
        }

        internal void Add(T item)
        {
            waiting.Enqueue(item);
            if (waiting.Count > Most)
                waiting.TryDequeue(out _);
            count.Release();
        }

        internal async IAsyncEnumerable<T> Read(Subscription source, [EnumeratorCancellation] CancellationToken cancellation)
        {
            try
            {
                for (;;)
                {
                    // Disposing of the context ends the stream, too, which no event would tell.
                    while (!await count.WaitAsync(100, cancellation).ConfigureAwait(false))
                    {
                        if (context.IsDisposed)
                            yield break;
                    }
                    if (waiting.TryDequeue(out T? item))
                        yield return item;
                }
            }
            finally
            {
                source.Dispose();
            }
        }
    }
}
#endif
