// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>Hardware stamps: the members of Windows' INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES, in its order.</summary>
    [Flags]
    public enum HardwareStamps : uint
    {
#pragma warning disable CS1591 // the names say it
        None = 0,
        PtpV2IPv4EventReceive = 1 << 0,
        PtpV2IPv4AllReceive = 1 << 1,
        PtpV2IPv4EventTransmit = 1 << 2,
        PtpV2IPv4AllTransmit = 1 << 3,
        PtpV2IPv6EventReceive = 1 << 4,
        PtpV2IPv6AllReceive = 1 << 5,
        PtpV2IPv6EventTransmit = 1 << 6,
        PtpV2IPv6AllTransmit = 1 << 7,
        AllReceive = 1 << 8,
        AllTransmit = 1 << 9,
        TaggedTransmit = 1 << 10,
        All = 0x7ff,
#pragma warning restore CS1591
    }

    /// <summary>Stamps that kernel or driver take.</summary>
    [Flags]
    public enum SoftwareStamps : uint
    {
#pragma warning disable CS1591 // the names say it
        None = 0,
        AllReceive = 1 << 0,
        AllTransmit = 1 << 1,
        TaggedTransmit = 1 << 2,
        All = 7,
#pragma warning restore CS1591
    }

    /// <summary>How good stamps of PTPv2 event messages are.</summary>
    public enum PtpSupportLevel : uint
    {
        /// <summary>None.</summary>
        None = 0,
        /// <summary>By kernel or driver.</summary>
        Software = 1,
        /// <summary>By the adapter.</summary>
        Hardware = 2,
    }

    /// <summary>What <see cref="Capabilities.PtpSupport"/> answers.</summary>
    public readonly struct PtpSupport
    {
        internal PtpSupport(uint ipv4, uint ipv6, uint both, bool certain)
        {
            IPv4 = (PtpSupportLevel)ipv4;
            IPv6 = (PtpSupportLevel)ipv6;
            Both = (PtpSupportLevel)both;
            IsCertain = certain;
        }
        /// <summary>Over IPv4.</summary>
        public PtpSupportLevel IPv4 { get; }
        /// <summary>Over IPv6.</summary>
        public PtpSupportLevel IPv6 { get; }
        /// <summary>The lower of the two.</summary>
        public PtpSupportLevel Both { get; }
        /// <summary>False: the hardware flags were not known, and the adapter may be better.</summary>
        public bool IsCertain { get; }
    }

    /// <summary>What stamps are supported, or active. Null means that the system does not say, which is not "off".</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Capabilities
    {
        private readonly uint structSize;
        private readonly uint valid;
        private readonly uint hardware;
        private readonly uint software;
        private readonly ulong clockFrequency;
        private readonly ulong soTimestamping;
        private readonly uint txTypes;
        private readonly uint rxFilters;
        private readonly int phcIndex;
        private readonly uint crossTimestamp;
        private readonly uint providerIndex;
        private readonly uint providerQualifier;

        internal unsafe Capabilities(bool prepared)
        {
            structSize = prepared ? (uint)sizeof(Capabilities) : 0;
            valid = hardware = software = txTypes = rxFilters = crossTimestamp = providerIndex = providerQualifier = 0;
            clockFrequency = soTimestamping = 0;
            phcIndex = 0;
        }

        private bool Has(int bit) => (valid >> bit & 1) != 0;

        /// <summary>WST_CAPABILITIES_VALID_*: which of the rest is known.</summary>
        public uint Valid => valid;
        /// <summary>Stamps by the adapter.</summary>
        public HardwareStamps? Hardware => Has(0) ? (HardwareStamps)hardware : (HardwareStamps?)null;
        /// <summary>Stamps by kernel or driver.</summary>
        public SoftwareStamps? Software => Has(1) ? (SoftwareStamps)software : (SoftwareStamps?)null;
        /// <summary>Hz, nominal: what hardware stamps count; 0: there is no clock.</summary>
        public ulong? ClockFrequency => Has(2) ? clockFrequency : (ulong?)null;
        /// <summary>Whether <see cref="Context.GetCrossTimestamp"/> works on this adapter.</summary>
        public bool? CrossTimestamp => Has(3) ? crossTimestamp != 0 : (bool?)null;
        /// <summary>Linux: SOF_TIMESTAMPING_* bits.</summary>
        public ulong? SoTimestamping => Has(4) ? soTimestamping : (ulong?)null;
        /// <summary>Linux: 1 &lt;&lt; HWTSTAMP_TX_*; when active, the one in force.</summary>
        public uint? TransmitTypes => Has(5) ? txTypes : (uint?)null;
        /// <summary>Linux: 1 &lt;&lt; HWTSTAMP_FILTER_*; when active, the one in force.</summary>
        public uint? ReceiveFilters => Has(6) ? rxFilters : (uint?)null;
        /// <summary>Number of the hardware clock (/dev/ptpN), -1: none.</summary>
        public int? ClockIndex => Has(7) ? phcIndex : (int?)null;
        /// <summary>Linux 6.14: index of the hardware that stamps (MAC or PHY).</summary>
        public uint? ProviderIndex => Has(8) ? providerIndex : (uint?)null;
        /// <summary>Linux 6.14: 0 precise, 1 approximate.</summary>
        public uint? ProviderQualifier => Has(8) ? providerQualifier : (uint?)null;

        /// <summary>Whether two-step PTPv2 over UDP can be run with these, and how well.</summary>
        public unsafe PtpSupport PtpSupport
        {
            get
            {
                Capabilities self = this;
                uint* support = stackalloc uint[6];
                support[0] = 24;
                ErrorData error;
                ErrorData.Check(Native.wst_capabilities_ptp_support((IntPtr)(&self), (IntPtr)support, ErrorData.Prepare(&error)), &error);
                return new PtpSupport(support[2], support[3], support[4], (support[1] & 1) != 0);
            }
        }

        /// <summary>The Windows names of the hardware flags that are set, such as "PtpV2OverUdpIPv4EventMessageReceive".</summary>
        public IReadOnlyList<string> HardwareNames => Names(0, hardware);
        /// <summary>The Windows names of the software flags that are set.</summary>
        public IReadOnlyList<string> SoftwareNames => Names(1, software);

        private static IReadOnlyList<string> Names(uint mask, ulong value)
        {
            var names = new List<string>();
            for (int bit = 0; bit < 64; ++bit)
            {
                if ((value >> bit & 1) != 0)
                    names.Add(Text.Read(Native.wst_capability_name(mask, (uint)bit)));
            }
            return names;
        }
    }

    /// <summary>Which packets an adapter is asked to stamp on receipt.</summary>
    public enum StampLevel : uint
    {
        /// <summary>None.</summary>
        None = 0,
        /// <summary>PTPv2 event messages over UDP (a driver may do more).</summary>
        EventMessages = 1,
        /// <summary>All.</summary>
        AllPackets = 2,
    }

    /// <summary>Hardware stamps that <see cref="Context.EnableStamps"/> turned on; given back when disposed of.</summary>
    public sealed class EnabledStamps : NativeObject
    {
        private readonly Context context;
        private readonly ulong interfaceId;

        internal unsafe EnabledStamps(Context context, ulong interfaceId, StampLevel receive, bool transmit, bool guarded) : base(context)
        {
            this.context = context;
            this.interfaceId = interfaceId;
            uint* options = stackalloc uint[4];
            options[0] = 16;
            options[1] = (uint)receive;
            options[2] = transmit ? 1u : 0;
            options[3] = guarded ? 1u : 0; // WST_ENABLE_GUARDED
            var granted = new Capabilities(true);
            ErrorData error;
            context.Enter();
            int status = Native.wst_capabilities_enable(context.Handle, interfaceId, (IntPtr)options, (IntPtr)(&granted),
                                                        ErrorData.Prepare(&error));
            if (status != 0)
                context.Exit();
            ErrorData.Check(status, &error);
            Granted = granted;
            Opened(context.Handle);
        }

        /// <summary>What the driver really granted.</summary>
        public Capabilities Granted { get; }
        /// <summary>Whose.</summary>
        public ulong InterfaceId => interfaceId;

        internal override void Close(IntPtr closing) => Native.wst_capabilities_restore(context.Handle, interfaceId, IntPtr.Zero);
    }
}
