// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>
    /// An IP address with a port, as a value: receiving a datagram makes no object. Converts from and to <see cref="IPEndPoint"/>.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Endpoint : IEquatable<Endpoint>
    {
        private readonly byte family;
        private readonly byte reserved;
        private readonly ushort port;
        private readonly uint scopeId;
        private readonly ulong high; // the 16 bytes as they lie in memory
        private readonly ulong low;

        /// <summary>Reads a numeric address with or without a port: "192.0.2.1:319", "[ff02::6b%3]:319", "fe80::1%3".</summary>
        /// <exception cref="WirestampException"><see cref="Status.Parse"/></exception>
        public static unsafe Endpoint Parse(string text)
        {
            Endpoint parsed;
            ErrorData error;
            Library.Demand();
            fixed (byte* utf8 = Text.Utf8(text, nameof(text)))
                ErrorData.Check(Native.wst_address_parse((IntPtr)utf8, (IntPtr)(&parsed), ErrorData.Prepare(&error)), &error);
            return parsed;
        }

        /// <summary>Any address of this host, with this port (0: the system chooses).</summary>
        public static Endpoint Any(int port) => new IPEndPoint(IPAddress.Any, port);

        /// <summary>From .NET's address and a port.</summary>
        public unsafe Endpoint(IPAddress address, int port)
        {
            if (address == null)
                throw new ArgumentNullException(nameof(address));
            if (port < 0 || port > 65535)
                throw new ArgumentOutOfRangeException(nameof(port), port, "a port is 0 to 65535");
            byte[] bytes = address.GetAddressBytes();
            bool old = address.AddressFamily == AddressFamily.InterNetwork;
            family = (byte)(old ? 4 : 6);
            reserved = 0;
            this.port = (ushort)port;
            scopeId = old ? 0 : (uint)address.ScopeId;
            high = low = 0;
            fixed (ulong* first = &high)
                Marshal.Copy(bytes, 0, (IntPtr)first, old ? 4 : 8);
            if (!old)
            {
                fixed (ulong* second = &low)
                    Marshal.Copy(bytes, 8, (IntPtr)second, 8);
            }
        }

        /// <summary>False: unknown.</summary>
        public bool IsKnown => family != 0;
        /// <summary>0: any, or unknown.</summary>
        public int Port => port;
        /// <summary>The address. Makes an object.</summary>
        public unsafe IPAddress Address
        {
            get
            {
                Endpoint self = this;
                byte* bytes = (byte*)&self + 8;
                return family == 6 ? new IPAddress(Text.Bytes(bytes, 16), scopeId) : new IPAddress(Text.Bytes(bytes, 4));
            }
        }
        /// <summary>The same with another port.</summary>
        public Endpoint WithPort(int newPort) => new Endpoint(Address, newPort);
        /// <summary>Makes an object.</summary>
        public IPEndPoint ToIPEndPoint() => new IPEndPoint(Address, port);
        /// <summary>From .NET's class.</summary>
        public static implicit operator Endpoint(IPEndPoint endpoint) => new Endpoint(endpoint.Address, endpoint.Port);

        /// <summary>Same address, scope and port.</summary>
        public bool Equals(Endpoint other) => family == other.family && port == other.port && scopeId == other.scopeId &&
                                              high == other.high && low == other.low;
        /// <inheritdoc/>
        public override bool Equals(object? other) => other is Endpoint endpoint && Equals(endpoint);
        /// <inheritdoc/>
        public override int GetHashCode() => (high ^ low).GetHashCode() ^ port;
        /// <summary>Equal.</summary>
        public static bool operator ==(Endpoint a, Endpoint b) => a.Equals(b);
        /// <summary>Not equal.</summary>
        public static bool operator !=(Endpoint a, Endpoint b) => !a.Equals(b);
        /// <summary>Such as "192.0.2.1:319".</summary>
        public override unsafe string ToString()
        {
            if (!IsKnown)
                return "unknown";
            byte* text = stackalloc byte[80];
            Endpoint self = this;
            return Native.wst_address_text((IntPtr)(&self), (IntPtr)text, 80, IntPtr.Zero) == 0 ? Text.Read(text, 80) : "unknown";
        }
    }
}
