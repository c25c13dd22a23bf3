// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>What an event is about. Ignore types you do not know: a newer library may send some.</summary>
    public enum EventType : uint
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>Events were lost because the queue was full: <see cref="Event.Lost"/>.</summary>
        Overflow = 1,
        /// <summary><see cref="Event.InterfaceChange"/>.</summary>
        Interface = 2,
        /// <summary><see cref="Event.PtpPortState"/>.</summary>
        PtpPortState = 3,
        /// <summary><see cref="Event.PtpBestMaster"/>.</summary>
        PtpBestMaster = 4,
        /// <summary><see cref="Event.PtpOffset"/>.</summary>
        PtpOffset = 5,
        /// <summary><see cref="Event.PtpClockState"/>.</summary>
        PtpClockState = 6,
        /// <summary><see cref="Event.PtpFault"/>.</summary>
        PtpFault = 7,
        /// <summary><see cref="Event.Socket"/>.</summary>
        Socket = 8,
        /// <summary><see cref="Event.Correlation"/>.</summary>
        Correlation = 9,
        /// <summary><see cref="Event.PtpClockStep"/>.</summary>
        PtpClockStep = 10,
        /// <summary><see cref="Event.PtpSystemClock"/>.</summary>
        PtpSystemClock = 11,
        /// <summary><see cref="Event.PtpDisagreement"/>.</summary>
        PtpDisagreement = 12,
    }

    /// <summary>A set of event types.</summary>
    [Flags]
    public enum EventTypes : ulong
    {
#pragma warning disable CS1591 // as in EventType
        None = 0,
        Interface = 1 << 2,
        PtpPortState = 1 << 3,
        PtpBestMaster = 1 << 4,
        PtpOffset = 1 << 5,
        PtpClockState = 1 << 6,
        PtpFault = 1 << 7,
        Socket = 1 << 8,
        Correlation = 1 << 9,
        PtpClockStep = 1 << 10,
        PtpSystemClock = 1 << 11,
        PtpDisagreement = 1 << 12,
        All = ulong.MaxValue,
#pragma warning restore CS1591
    }

    /// <summary>One event, as the library laid it down: a value of 512 bytes, handed around by reference.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Event
    {
        internal uint structSize;
        internal uint type;
        internal ulong subscription;
        internal ulong sequence;
        internal long time;
        internal IntPtr handle;
        internal fixed byte payload[472];

        /// <summary>What it is about.</summary>
        public EventType Type => (EventType)type;
        /// <summary>Which <see cref="Subscription.Id"/> it came through.</summary>
        public ulong SubscriptionId => subscription;
        /// <summary>Rises by one with every event of the context, so that a gap shows a loss.</summary>
        public ulong Sequence => sequence;
        /// <summary>When it happened: <see cref="Clock.Monotonic"/> ns of the (simulated) host.</summary>
        public long Time => time;

#if MONO // whose compiler does not know the constraint below
        private T Payload<T>(EventType wanted)
        {
            Demand(wanted);
            fixed (byte* bytes = payload)
                return (T)Marshal.PtrToStructure((IntPtr)bytes, typeof(T));
        }
#else
        private T Payload<T>(EventType wanted) where T : unmanaged
        {
            Demand(wanted);
            fixed (byte* bytes = payload)
                return *(T*)bytes;
        }
#endif
        private void Demand(EventType wanted)
        {
            if (Type != wanted)
                throw new InvalidOperationException("this event is of type " + Type + ", not " + wanted);
        }

        /// <summary>With <see cref="EventType.Overflow"/>: events lost since the last report.</summary>
        public ulong Lost => Payload<ulong>(EventType.Overflow);
        /// <summary>With <see cref="EventType.PtpPortState"/>.</summary>
        public PtpPortStateChange PtpPortState => Payload<PtpPortStateChange>(EventType.PtpPortState);
        /// <summary>With <see cref="EventType.PtpBestMaster"/>.</summary>
        public PtpBestMaster PtpBestMaster => Payload<PtpBestMaster>(EventType.PtpBestMaster);
        /// <summary>With <see cref="EventType.PtpOffset"/>.</summary>
        public PtpOffset PtpOffset => Payload<PtpOffset>(EventType.PtpOffset);
        /// <summary>With <see cref="EventType.PtpClockState"/>.</summary>
        public PtpClockStateChange PtpClockState => Payload<PtpClockStateChange>(EventType.PtpClockState);
        /// <summary>With <see cref="EventType.PtpClockStep"/>.</summary>
        public PtpClockStep PtpClockStep => Payload<PtpClockStep>(EventType.PtpClockStep);
        /// <summary>With <see cref="EventType.PtpSystemClock"/>.</summary>
        public PtpSystemClock PtpSystemClock => Payload<PtpSystemClock>(EventType.PtpSystemClock);
        /// <summary>With <see cref="EventType.PtpDisagreement"/>.</summary>
        public PtpDisagreement PtpDisagreement => Payload<PtpDisagreement>(EventType.PtpDisagreement);
        /// <summary>With <see cref="EventType.PtpFault"/>.</summary>
        public PtpFault PtpFault => Payload<PtpFault>(EventType.PtpFault);
        /// <summary>With <see cref="EventType.Socket"/>.</summary>
        public SocketNotice Socket => Payload<SocketNotice>(EventType.Socket);
        /// <summary>With <see cref="EventType.Correlation"/>.</summary>
        public CorrelationNotice Correlation => Payload<CorrelationNotice>(EventType.Correlation);
        /// <summary>With <see cref="EventType.Interface"/>. Makes an object.</summary>
        public InterfaceChange InterfaceChange
        {
            get
            {
                Demand(EventType.Interface);
                Event self = this;
                return new InterfaceChange(&self);
            }
        }
    }

    /// <summary>Takes an event. It must not be kept by reference.</summary>
    public delegate void EventHandler(in Event happened);

    /// <summary>In <see cref="Event.Socket"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct SocketNotice
    {
        private readonly uint reasons;
        private readonly uint reserved;
        private readonly ulong transmitStampsLost;

        /// <summary>Datagrams have come.</summary>
        public bool Readable => (reasons & 1) != 0;
        /// <summary>Transmit stamps have come.</summary>
        public bool TransmitStamps => (reasons & 2) != 0;
        /// <summary>Transmit stamps were lost.</summary>
        public bool StampsLost => (reasons & 4) != 0;
        /// <summary>How many.</summary>
        public ulong TransmitStampsLost => transmitStampsLost;
        /// <summary>WST_SOCKET_* bits.</summary>
        public uint Reasons => reasons;
    }

    /// <summary>What changed on an interface.</summary>
    [Flags]
    public enum ChangeReasons : uint
    {
#pragma warning disable CS1591 // the names say it
        None = 0,
        Added = 1 << 0,
        Removed = 1 << 1,
        Renamed = 1 << 2,
        Link = 1 << 3,
        SupportedCapabilities = 1 << 4,
        ActiveCapabilities = 1 << 5,
        ClockReplaced = 1 << 6,
        ClockStepped = 1 << 7,
        All = 0xff,
#pragma warning restore CS1591
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct InterfaceChangeData
    {
        internal uint structSize;
        internal uint reasons;
        internal ulong interfaceId;
        internal uint index;
        internal int phcBefore;
        internal int phcAfter;
        internal ushort linkBefore;
        internal ushort linkAfter;
        internal long clockStep;
        internal fixed byte name[64];
        internal fixed byte oldName[64];
        internal Capabilities supportedBefore;
        internal Capabilities supportedAfter;
        internal Capabilities activeBefore;
        internal Capabilities activeAfter;
    }

    /// <summary>What changed on one interface: several changes in a short time come as one, with all their reasons.</summary>
    public sealed class InterfaceChange : EventArgs
    {
        internal unsafe InterfaceChange(Event* happened)
        {
            InterfaceChangeData data;
            data.structSize = (uint)sizeof(InterfaceChangeData);
            ErrorData error;
            ErrorData.Check(Native.wst_interface_change_get((IntPtr)happened, (IntPtr)(&data), ErrorData.Prepare(&error)), &error);
            Reasons = (ChangeReasons)data.reasons;
            InterfaceId = data.interfaceId;
            Index = data.index;
            ClockIndexBefore = data.phcBefore;
            ClockIndexAfter = data.phcAfter;
            LinkBefore = (LinkState)data.linkBefore;
            LinkAfter = (LinkState)data.linkAfter;
            ClockStep = new Nanoseconds(data.clockStep);
            Name = Text.Read(data.name, 64);
            OldName = Text.Read(data.oldName, 64);
            SupportedBefore = data.supportedBefore;
            SupportedAfter = data.supportedAfter;
            ActiveBefore = data.activeBefore;
            ActiveAfter = data.activeAfter;
        }

        /// <summary>Why.</summary>
        public ChangeReasons Reasons { get; }
        /// <summary>Whose.</summary>
        public ulong InterfaceId { get; }
        /// <summary>The system's index.</summary>
        public uint Index { get; }
        /// <summary>Number of the hardware clock before, -1: none or unknown.</summary>
        public int ClockIndexBefore { get; }
        /// <summary>And now.</summary>
        public int ClockIndexAfter { get; }
        /// <summary>Link before.</summary>
        public LinkState LinkBefore { get; }
        /// <summary>Link now.</summary>
        public LinkState LinkAfter { get; }
        /// <summary>About, with <see cref="ChangeReasons.ClockStepped"/>.</summary>
        public Nanoseconds ClockStep { get; }
        /// <summary>Now; of a removed one the last known.</summary>
        public string Name { get; }
        /// <summary>Before; of an added one empty.</summary>
        public string OldName { get; }
        /// <summary>Supported before.</summary>
        public Capabilities SupportedBefore { get; }
        /// <summary>Supported now.</summary>
        public Capabilities SupportedAfter { get; }
        /// <summary>Active before.</summary>
        public Capabilities ActiveBefore { get; }
        /// <summary>Active now.</summary>
        public Capabilities ActiveAfter { get; }
        /// <summary>The reasons in the library's words, such as "link".</summary>
        public IReadOnlyList<string> ReasonNames
        {
            get
            {
                var names = new List<string>();
                for (int bit = 0; bit < 32; ++bit)
                {
                    if (((uint)Reasons >> bit & 1) != 0)
                        names.Add(Text.Read(Native.wst_change_name((uint)bit)));
                }
                return names;
            }
        }
        /// <summary>Such as "eth0: link".</summary>
        public override string ToString() => Name + ": " + string.Join(" ", ReasonNames);
    }
}
