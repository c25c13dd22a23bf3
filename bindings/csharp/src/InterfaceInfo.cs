// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>What kind of interface.</summary>
    public enum InterfaceKind : uint
    {
#pragma warning disable CS1591 // the names say it
        Unknown = 0,
        Ethernet = 1,
        Loopback = 2,
        Vlan = 3,
        Bond = 4,
        Bridge = 5,
        Macvlan = 6,
        Veth = 7,
        Tunnel = 8,
        Wireless = 9,
        Other = 10,
#pragma warning restore CS1591
    }

    /// <summary>Whether there is a carrier.</summary>
    public enum LinkState : uint
    {
        /// <summary>The system does not say.</summary>
        Unknown = 0,
        /// <summary>No carrier, or switched off.</summary>
        Down = 1,
        /// <summary>Carrier.</summary>
        Up = 2,
    }

    /// <summary>Of an interface.</summary>
    [Flags]
    public enum InterfaceFlags : uint
    {
        /// <summary>None of them.</summary>
        None = 0,
        /// <summary>Switched on by the administrator; see <see cref="InterfaceInfo.Link"/> for the cable.</summary>
        Up = 1,
        /// <summary>Loopback.</summary>
        Loopback = 2,
        /// <summary>Can multicast.</summary>
        Multicast = 4,
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct InterfaceData
    {
        internal uint structSize;
        internal uint valid;
        internal ulong id;
        internal ulong lowerId;
        internal uint index;
        internal uint flags;
        internal uint kind;
        internal uint linkState;
        internal uint mtu;
        internal int phcIndex;
        internal fixed byte hardwareAddress[8];
        internal uint hardwareAddressLength;
        internal uint reserved;
        internal fixed byte name[64];
        internal fixed byte friendlyName[128];
        internal fixed byte driver[32];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct InterfaceAddressData
    {
        internal Endpoint address;
        internal uint prefixLength;
        internal uint reserved;
    }

    /// <summary>One network interface, as it was when asked. Everything else names it by <see cref="Id"/>.</summary>
    public sealed class InterfaceInfo
    {
        internal unsafe InterfaceInfo(InterfaceData* data)
        {
            Id = data->id;
            LowerId = data->lowerId;
            Index = data->index;
            Flags = (InterfaceFlags)data->flags;
            Kind = (InterfaceKind)data->kind;
            Link = (LinkState)data->linkState;
            if ((data->valid & 2) != 0)
                Mtu = (int)data->mtu;
            if ((data->valid & 16) != 0)
                ClockIndex = data->phcIndex;
            HardwareAddress = new PhysicalAddress(Text.Bytes(data->hardwareAddress, (int)Math.Min(8, data->hardwareAddressLength)));
            Name = Text.Read(data->name, 64);
            FriendlyName = Text.Read(data->friendlyName, 128);
            Driver = Text.Read(data->driver, 32);
        }

        /// <summary>Never 0; stays the same as long as the interface exists, also when it is renamed. The LUID on Windows.</summary>
        public ulong Id { get; }
        /// <summary>The device under a VLAN or macvlan, a bond's active one; 0: none.</summary>
        public ulong LowerId { get; }
        /// <summary>The system's interface index.</summary>
        public uint Index { get; }
        /// <summary>Flags.</summary>
        public InterfaceFlags Flags { get; }
        /// <summary>Kind.</summary>
        public InterfaceKind Kind { get; }
        /// <summary>Carrier.</summary>
        public LinkState Link { get; }
        /// <summary>Bytes; null if unknown.</summary>
        public int? Mtu { get; }
        /// <summary>Number of its hardware clock (/dev/ptpN), -1: none; null if unknown.</summary>
        public int? ClockIndex { get; }
        /// <summary>MAC; empty if unknown.</summary>
        public PhysicalAddress HardwareAddress { get; }
        /// <summary>Such as "eth0".</summary>
        public string Name { get; }
        /// <summary>Alias or alternative name, on Windows the connection's name; else equal to <see cref="Name"/>.</summary>
        public string FriendlyName { get; }
        /// <summary>Kernel module such as "igb"; empty if unknown.</summary>
        public string Driver { get; }
        /// <inheritdoc/>
        public override string ToString() => Name;
    }

    /// <summary>An IP address of an interface.</summary>
    public readonly struct InterfaceAddress
    {
        internal InterfaceAddress(Endpoint address, int prefixLength)
        {
            Address = address;
            PrefixLength = prefixLength;
        }
        /// <summary>Its port is 0.</summary>
        public Endpoint Address { get; }
        /// <summary>Bits of the network part.</summary>
        public int PrefixLength { get; }
        /// <summary>Such as "192.0.2.1/24".</summary>
        public override string ToString() => Address + "/" + PrefixLength;
    }
}
