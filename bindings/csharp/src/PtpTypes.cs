// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace Wirestamp
{
#pragma warning disable CS1591 // enumerations of IEEE 1588-2019 and of ptp.h, whose names say what they are
    /// <summary>States of a port (IEEE 1588-2019 table 20).</summary>
    public enum PtpPortState : byte
    {
        Unknown = 0,
        Initializing = 1,
        Faulty = 2,
        Disabled = 3,
        Listening = 4,
        PreMaster = 5,
        Master = 6,
        Passive = 7,
        Uncalibrated = 8,
        Slave = 9,
    }

    /// <summary>Why a port changed its state.</summary>
    public enum PtpReason : uint
    {
        PowerUp = 0,
        Initialized = 1,
        LinkUp = 2,
        LinkDown = 3,
        AnnounceReceiptTimeout = 4,
        SyncReceiptTimeout = 5,
        BestMaster = 6,
        QualificationTimeout = 7,
        MasterClockSelected = 8,
        SynchronizationFault = 9,
        FaultDetected = 10,
        FaultCleared = 11,
        DesignatedEnabled = 12,
        DesignatedDisabled = 13,
        Stopped = 14,
    }

    /// <summary>State of the servo.</summary>
    public enum PtpServoState : uint
    {
        Unlocked = 0,
        Jump = 1,
        Locked = 2,
        LockedStable = 3,
    }

    /// <summary>What an application can rely on.</summary>
    public enum PtpClockState : uint
    {
        /// <summary>Never synchronised, or holdover has run out of its bound.</summary>
        FreeRunning = 0,
        /// <summary>A master is there, not yet locked.</summary>
        Acquiring = 1,
        /// <summary>Synchronised, or this clock is the grandmaster by itself.</summary>
        Locked = 2,
        /// <summary>Was locked; runs on what it learnt, with a growing bound.</summary>
        Holdover = 3,
    }

    /// <summary>Faults: events, not states. None of them stops a clock.</summary>
    public enum PtpFaultKind : uint
    {
        TransmitStampLost = 0,
        TransmitStampLate = 1,
        ReceiveStampMissing = 2,
        SendFailed = 3,
        LinkDown = 4,
        AnnounceLoop = 5,
        DuplicateIdentity = 6,
        MultiplePeers = 7,
        ForeignMasterTableFull = 8,
        FollowUpLost = 9,
        DelayResponseLost = 10,
        MinorVersionFallback = 11,
        ClockStepped = 12,
        UnicastDenied = 13,
        InterfaceGone = 64,
        Socket = 65,
        OtherWriter = 66,
        InsaneRate = 67,
        Record = 68,
    }

    /// <summary>Flags of timePropertiesDS.</summary>
    [Flags]
    public enum PtpTimeFlags : ushort
    {
        None = 0,
        Leap61 = 1,
        Leap59 = 2,
        CurrentUtcOffsetValid = 4,
        PtpTimescale = 8,
        TimeTraceable = 16,
        FrequencyTraceable = 32,
    }
#pragma warning restore CS1591

    /// <summary>A clockIdentity: 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public unsafe struct ClockIdentity : IEquatable<ClockIdentity>
    {
        private fixed byte bytes[8];

        /// <summary>The bytes, in the order of transmission. Makes an array.</summary>
        public byte[] ToArray()
        {
            fixed (byte* first = bytes)
                return Text.Bytes(first, 8);
        }
        private ulong Number
        {
            get
            {
                fixed (byte* first = bytes)
                    return *(ulong*)first;
            }
        }
        /// <inheritdoc/>
        public bool Equals(ClockIdentity other) => Number == other.Number;
        /// <inheritdoc/>
        public override bool Equals(object? other) => other is ClockIdentity identity && Equals(identity);
        /// <inheritdoc/>
        public override int GetHashCode() => Number.GetHashCode();
        /// <summary>As ptp4l writes it: "001122.fffe.334455".</summary>
        public override string ToString()
        {
            string hex = BitConverter.ToString(ToArray()).Replace("-", "").ToLowerInvariant();
            return hex.Substring(0, 6) + "." + hex.Substring(6, 4) + "." + hex.Substring(10);
        }
    }

    /// <summary>In <see cref="Event.PtpPortState"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct PtpPortStateChange
    {
        private readonly ushort portNumber;
        private readonly byte oldState;
        private readonly byte newState;
        private readonly uint reason;
        private fixed byte interfaceName[64];

        /// <summary>From 1.</summary>
        public int PortNumber => portNumber;
        /// <summary>Before.</summary>
        public PtpPortState OldState => (PtpPortState)oldState;
        /// <summary>Now.</summary>
        public PtpPortState NewState => (PtpPortState)newState;
        /// <summary>Why.</summary>
        public PtpReason Reason => (PtpReason)reason;
        /// <summary>The port's interface. Makes a string.</summary>
        public string InterfaceName
        {
            get
            {
                fixed (byte* name = interfaceName)
                    return Text.Read(name, 64);
            }
        }
    }

    /// <summary>In <see cref="Event.PtpBestMaster"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpBestMaster
    {
        private readonly ClockIdentity grandmasterIdentity;
        private readonly ClockIdentity parentIdentity;
        private readonly ushort parentPortNumber;
        private readonly ushort stepsRemoved;
        private readonly byte priority1;
        private readonly byte priority2;
        private readonly byte clockClass;
        private readonly byte clockAccuracy;
        private readonly ushort offsetScaledLogVariance;
        private readonly byte isSelf;
        private readonly byte timeSource;
        private readonly short currentUtcOffset;
        private readonly ushort timeFlags;

        /// <summary>The grandmaster.</summary>
        public ClockIdentity GrandmasterIdentity => grandmasterIdentity;
        /// <summary>Whom this clock follows.</summary>
        public ClockIdentity ParentIdentity => parentIdentity;
        /// <summary>Its port.</summary>
        public int ParentPortNumber => parentPortNumber;
        /// <summary>Boundary clocks between.</summary>
        public int StepsRemoved => stepsRemoved;
        /// <summary>Of the grandmaster.</summary>
        public int Priority1 => priority1;
        /// <summary>Of the grandmaster.</summary>
        public int Priority2 => priority2;
        /// <summary>Of the grandmaster.</summary>
        public int ClockClass => clockClass;
        /// <summary>Of the grandmaster.</summary>
        public int ClockAccuracy => clockAccuracy;
        /// <summary>Of the grandmaster.</summary>
        public int OffsetScaledLogVariance => offsetScaledLogVariance;
        /// <summary>This clock is the grandmaster.</summary>
        public bool IsSelf => isSelf != 0;
        /// <summary>timeSource.</summary>
        public int TimeSource => timeSource;
        /// <summary>TAI minus UTC, s.</summary>
        public int CurrentUtcOffset => currentUtcOffset;
        /// <summary>timePropertiesDS.</summary>
        public PtpTimeFlags TimeFlags => (PtpTimeFlags)timeFlags;
    }

    /// <summary>In <see cref="Event.PtpOffset"/>: one offset sample.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpOffset
    {
        private readonly long offsetFromMaster;
        private readonly long measuredOffset;
        private readonly long meanPathDelay;
        private readonly double frequency;
        private readonly long bound;
        private readonly long ptpTime;
        private readonly uint servoState;
        private readonly ushort portNumber;
        private readonly byte source;
        private readonly byte flags;

        /// <summary>Best estimate before the correction that follows from it.</summary>
        public Nanoseconds OffsetFromMaster => new Nanoseconds(offsetFromMaster);
        /// <summary>Of this sample alone, nothing filtered but the delay.</summary>
        public Nanoseconds MeasuredOffset => new Nanoseconds(measuredOffset);
        /// <summary>meanPathDelay.</summary>
        public Nanoseconds MeanPathDelay => new Nanoseconds(meanPathDelay);
        /// <summary>ppb, applied to the clock after this sample.</summary>
        public double Frequency => frequency;
        /// <summary>|true error| is believed to be below.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
        /// <summary>ns, PTP timescale, when the sample was taken.</summary>
        public long PtpTime => ptpTime;
        /// <summary>Of the servo.</summary>
        public PtpServoState ServoState => (PtpServoState)servoState;
        /// <summary>From 1.</summary>
        public int PortNumber => portNumber;
        /// <summary>Who took the stamps.</summary>
        public StampSource Source => (StampSource)source;
        /// <summary>Taken for a packet that was held up, and not used.</summary>
        public bool IsOutlier => (flags & 1) != 0;
        /// <summary>WST_PTP_OFFSET_* bits.</summary>
        public int Flags => flags;
    }

    /// <summary>In <see cref="Event.PtpClockState"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpClockStateChange
    {
        private readonly uint oldState;
        private readonly uint newState;
        private readonly long bound;

        /// <summary>Before.</summary>
        public PtpClockState OldState => (PtpClockState)oldState;
        /// <summary>Now.</summary>
        public PtpClockState NewState => (PtpClockState)newState;
        /// <summary>Now.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
    }

    /// <summary>In <see cref="Event.PtpClockStep"/>: a step is about to be made.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpClockStep
    {
        private readonly long step;
        private readonly uint clock;
        private readonly uint reserved;

        /// <summary>What will be added to the clock.</summary>
        public Nanoseconds Step => new Nanoseconds(step);
        /// <summary><see cref="Wirestamp.Clock.Device"/>, <see cref="Wirestamp.Clock.Realtime"/>; none: the clock's own, which nobody else has.</summary>
        public Clock Clock => (Clock)clock;
    }

    /// <summary>In <see cref="Event.PtpSystemClock"/>: the system's clock against PTP time.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpSystemClock
    {
        private readonly long offset;
        private readonly long bound;
        private readonly long width;
        private readonly double frequency;
        private readonly uint servoState;
        private readonly short utcOffset;
        private readonly ushort reserved;

        /// <summary>System clock minus the UTC that PTP tells, before the correction that follows from it.</summary>
        public Nanoseconds Offset => new Nanoseconds(offset);
        /// <summary>|system clock minus the grandmaster's UTC| is believed to be below.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
        /// <summary>Between the two reads of the system clock that enclose the other one's.</summary>
        public Nanoseconds Width => new Nanoseconds(width);
        /// <summary>ppb, set after this comparison.</summary>
        public double Frequency => frequency;
        /// <summary>Of the servo.</summary>
        public PtpServoState ServoState => (PtpServoState)servoState;
        /// <summary>s: TAI minus UTC as used.</summary>
        public int UtcOffset => utcOffset;
    }

    /// <summary>What the other clocks of a context make of one.</summary>
    public enum PtpVerdict : uint
    {
        /// <summary>It can be right together with most.</summary>
        Agrees = 0,
        /// <summary>It and another exclude each other, and nobody can tell who is right (two clocks, or a tie).</summary>
        Doubtful = 1,
        /// <summary>More than half of the clocks can be right at once, but not with this one.</summary>
        Wrong = 2,
    }

    /// <summary>What the PTP clocks of a context can agree on: <see cref="PtpClock.GetAgreement"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpAgreement
    {
        private readonly uint structSize;
        private readonly uint clocks;
        private readonly uint agreeing;
        private readonly uint verdict;
        private readonly long earliest;
        private readonly long latest;
        private readonly long localTime;
        private readonly long offset;

        internal PtpAgreement(uint size) : this()
        {
            structSize = size;
        }
        /// <summary>Compared.</summary>
        public int Clocks => (int)clocks;
        /// <summary>So many can be right at once.</summary>
        public int Agreeing => (int)agreeing;
        /// <summary>Of the clock asked about, at this moment.</summary>
        public PtpVerdict Verdict => (PtpVerdict)verdict;
        /// <summary>ns, PTP time at <see cref="LocalTime"/>: true time is not before this if those that agree are right,</summary>
        public long Earliest => earliest;
        /// <summary>ns: and not after this.</summary>
        public long Latest => latest;
        /// <summary>ns, <see cref="Clock.MonotonicRaw"/> of the host.</summary>
        public long LocalTime => localTime;
        /// <summary>Time of the clock asked about minus the middle of earliest and latest.</summary>
        public Nanoseconds Offset => new Nanoseconds(offset);
    }

    /// <summary>In <see cref="Event.PtpDisagreement"/>: clocks of one context tell times whose bounds exclude each other.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpDisagreement
    {
        private readonly ClockIdentity grandmasterIdentity;
        private readonly uint verdict;
        private readonly ushort clocks;
        private readonly ushort agreeing;
        private readonly long offset;
        private readonly long bound;
        private readonly byte domainNumber;
        private readonly byte reserved0, reserved1, reserved2, reserved3, reserved4, reserved5, reserved6;

        /// <summary>Whom the clock follows.</summary>
        public ClockIdentity GrandmasterIdentity => grandmasterIdentity;
        /// <summary>What the others make of it.</summary>
        public PtpVerdict Verdict => (PtpVerdict)verdict;
        /// <summary>Compared.</summary>
        public int Clocks => clocks;
        /// <summary>Of these, so many can be right at once.</summary>
        public int Agreeing => agreeing;
        /// <summary>This clock's time minus the middle of what the most can agree on.</summary>
        public Nanoseconds Offset => new Nanoseconds(offset);
        /// <summary>Half the width of that, and this clock's own bound.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
        /// <summary>Of the clock.</summary>
        public int DomainNumber => domainNumber;
    }

    /// <summary>In <see cref="Event.PtpFault"/>: what went wrong and what the clock did about it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct PtpFault
    {
        private readonly uint fault;
        private readonly int osError;
        private readonly ushort portNumber;
        private readonly ushort reserved;
        private readonly uint count;
        private fixed byte text[192];

        /// <summary>What.</summary>
        public PtpFaultKind Kind => (PtpFaultKind)fault;
        /// <summary>errno or GetLastError value behind it, 0 if none.</summary>
        public int OsError => osError;
        /// <summary>From 1.</summary>
        public int PortNumber => portNumber;
        /// <summary>How often since the last such event.</summary>
        public uint Count => count;
        /// <summary>In words. Makes a string.</summary>
        public string Description
        {
            get
            {
                fixed (byte* words = text)
                    return Text.Read(words, 192);
            }
        }
    }

    /// <summary>Time with its interval: true time (the grandmaster's) lies in [<see cref="Earliest"/>, <see cref="Latest"/>].</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpTime
    {
        private readonly uint structSize;
        private readonly uint clockState;
        private readonly long ptpTime;
        private readonly long earliest;
        private readonly long latest;
        private readonly long localTime;
        private readonly uint localClock;
        private readonly short currentUtcOffset;
        private readonly ushort timeFlags;

        internal PtpTime(uint size) : this()
        {
            structSize = size;
        }
        /// <summary>What the rest is worth.</summary>
        public PtpClockState ClockState => (PtpClockState)clockState;
        /// <summary>The best guess: ns since 1970-01-01 00:00:00 TAI.</summary>
        public long Value => ptpTime;
        /// <summary>ns; <see cref="long.MinValue"/> while free-running.</summary>
        public long Earliest => earliest;
        /// <summary>ns; <see cref="long.MaxValue"/> while free-running.</summary>
        public long Latest => latest;
        /// <summary>The counter's value at that instant, ns of <see cref="LocalClock"/>.</summary>
        public long LocalTime => localTime;
        /// <summary>Which counter.</summary>
        public Clock LocalClock => (Clock)localClock;
        /// <summary>s; UTC = <see cref="Value"/> minus this, if <see cref="TimeFlags"/> says that it is valid.</summary>
        public int CurrentUtcOffset => currentUtcOffset;
        /// <summary>timePropertiesDS.</summary>
        public PtpTimeFlags TimeFlags => (PtpTimeFlags)timeFlags;
        /// <summary>UTC, cut to 100 ns, by <see cref="CurrentUtcOffset"/>.</summary>
        public DateTime ToUtc() => new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(ptpTime / 100 - currentUtcOffset * 10000000L);
        /// <summary>Such as "1750000000.123456789 s (Locked)".</summary>
        public override string ToString() =>
            ptpTime / 1000000000 + "." + (ptpTime % 1000000000).ToString("D9") + " s (" + ClockState + ")";
    }

    /// <summary>The data sets of IEEE 1588-2019 clause 8.2 and what the clock makes of them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct PtpStatus
    {
        private readonly uint structSize;
        private readonly uint valid;
        private readonly ClockIdentity clockIdentity;
        private readonly ClockIdentity grandmasterIdentity;
        private readonly ClockIdentity parentIdentity;
        private readonly ushort parentPortNumber;
        private readonly ushort stepsRemoved;
        private readonly ushort numberPorts;
        private readonly byte domainNumber;
        private readonly byte priority1;
        private readonly byte priority2;
        private readonly byte clockClass;
        private readonly byte clockAccuracy;
        private readonly byte grandmasterPriority1;
        private readonly byte grandmasterPriority2;
        private readonly byte grandmasterClockClass;
        private readonly byte grandmasterClockAccuracy;
        private readonly byte timeSource;
        private readonly ushort grandmasterOffsetScaledLogVariance;
        private readonly ushort timeFlags;
        private readonly short currentUtcOffset;
        private readonly ushort reserved0;
        private readonly uint clockState;
        private readonly uint servoState;
        private readonly long offsetFromMaster;
        private readonly long meanPathDelay;
        private readonly double frequency;
        private readonly long bound;
        private readonly ulong samples;
        private readonly ulong outliers;
        private readonly ulong steps;
        private readonly ulong otherWriters;
        private readonly long systemOffset;
        private readonly long systemBound;
        private readonly double systemFrequency;
        private readonly ulong systemSteps;
        private readonly uint systemServoState;
        private readonly short systemUtcOffset;
        private readonly ushort reserved1;

        internal PtpStatus(uint size) : this()
        {
            structSize = size;
        }
        /// <summary>WST_PTP_STATUS_*.</summary>
        public uint Valid => valid;
        /// <summary>It has been started and not stopped.</summary>
        public bool IsRunning => (valid & 1) != 0;
        /// <summary>At least one sample was taken.</summary>
        public bool HasSamples => (valid & 8) != 0;
        /// <summary>Own.</summary>
        public ClockIdentity ClockIdentity => clockIdentity;
        /// <summary>The grandmaster.</summary>
        public ClockIdentity GrandmasterIdentity => grandmasterIdentity;
        /// <summary>Whom this clock follows.</summary>
        public ClockIdentity ParentIdentity => parentIdentity;
        /// <summary>Its port.</summary>
        public int ParentPortNumber => parentPortNumber;
        /// <summary>stepsRemoved.</summary>
        public int StepsRemoved => stepsRemoved;
        /// <summary>numberPorts.</summary>
        public int NumberPorts => numberPorts;
        /// <summary>domainNumber.</summary>
        public int DomainNumber => domainNumber;
        /// <summary>Own.</summary>
        public int Priority1 => priority1;
        /// <summary>Own.</summary>
        public int Priority2 => priority2;
        /// <summary>Own.</summary>
        public int ClockClass => clockClass;
        /// <summary>Own.</summary>
        public int ClockAccuracy => clockAccuracy;
        /// <summary>Of the grandmaster.</summary>
        public int GrandmasterPriority1 => grandmasterPriority1;
        /// <summary>Of the grandmaster.</summary>
        public int GrandmasterPriority2 => grandmasterPriority2;
        /// <summary>Of the grandmaster.</summary>
        public int GrandmasterClockClass => grandmasterClockClass;
        /// <summary>Of the grandmaster.</summary>
        public int GrandmasterClockAccuracy => grandmasterClockAccuracy;
        /// <summary>Of the grandmaster.</summary>
        public int GrandmasterOffsetScaledLogVariance => grandmasterOffsetScaledLogVariance;
        /// <summary>timeSource.</summary>
        public int TimeSource => timeSource;
        /// <summary>timePropertiesDS.</summary>
        public PtpTimeFlags TimeFlags => (PtpTimeFlags)timeFlags;
        /// <summary>s.</summary>
        public int CurrentUtcOffset => currentUtcOffset;
        /// <summary>What an application can rely on.</summary>
        public PtpClockState ClockState => (PtpClockState)clockState;
        /// <summary>Of the servo.</summary>
        public PtpServoState ServoState => (PtpServoState)servoState;
        /// <summary>Last sample.</summary>
        public Nanoseconds OffsetFromMaster => new Nanoseconds(offsetFromMaster);
        /// <summary>meanPathDelay.</summary>
        public Nanoseconds MeanPathDelay => new Nanoseconds(meanPathDelay);
        /// <summary>ppb, of the clock against what it runs on.</summary>
        public double Frequency => frequency;
        /// <summary>Now, as in <see cref="PtpClock.Now"/>; <see cref="long.MaxValue"/>: none.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
        /// <summary>Taken since start.</summary>
        public ulong Samples => samples;
        /// <summary>Of these, not used because they did not fit.</summary>
        public ulong Outliers => outliers;
        /// <summary>Made.</summary>
        public ulong Steps => steps;
        /// <summary>How often another program was found to have moved a clock that is steered.</summary>
        public ulong OtherWriters => otherWriters;
        /// <summary>System clock minus PTP's UTC at the last comparison.</summary>
        public Nanoseconds SystemOffset => new Nanoseconds(systemOffset);
        /// <summary>Of the system clock against the grandmaster's UTC, at the last comparison.</summary>
        public Nanoseconds SystemBound => new Nanoseconds(systemBound);
        /// <summary>ppb.</summary>
        public double SystemFrequency => systemFrequency;
        /// <summary>Steps made of the system clock.</summary>
        public ulong SystemSteps => systemSteps;
        /// <summary>Of the system clock's servo.</summary>
        public PtpServoState SystemServoState => (PtpServoState)systemServoState;
        /// <summary>s, as used.</summary>
        public int SystemUtcOffset => systemUtcOffset;
    }

    /// <summary>One port: portDS, and what was counted since the clock was opened.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct PtpPortStatus
    {
        private readonly uint structSize;
        private readonly ushort portNumber;
        private readonly byte state;
        private readonly byte stampSource;
        private fixed byte interfaceName[64];
        private readonly sbyte logAnnounceInterval;
        private readonly sbyte logSyncInterval;
        private readonly sbyte logMinDelayReqInterval;
        private readonly byte delayMechanism;
        private readonly byte minorVersion;
        private fixed byte reserved0[3];
        private readonly long meanLinkDelay;
        private fixed ulong sent[16];
        private fixed ulong received[16];
        private readonly ulong discardedMalformed;
        private readonly ulong discardedForeign;
        private readonly ulong discardedOwn;
        private readonly ulong discardedUnexpected;
        private readonly ulong transmitStampsLost;
        private readonly ulong transmitStampsLate;
        private readonly ulong receiveStampsMissing;
        private readonly ulong followUpsLost;
        private readonly ulong delayResponsesLost;
        private readonly ulong sendErrors;
        private readonly ulong announceTimeouts;

        internal PtpPortStatus(uint size) : this()
        {
            structSize = size;
        }
        /// <summary>From 1.</summary>
        public int PortNumber => portNumber;
        /// <summary>portState.</summary>
        public PtpPortState State => (PtpPortState)state;
        /// <summary>In use.</summary>
        public StampSource StampSource => (StampSource)stampSource;
        /// <summary>The port's interface. Makes a string.</summary>
        public string InterfaceName
        {
            get
            {
                fixed (byte* name = interfaceName)
                    return Text.Read(name, 64);
            }
        }
        /// <summary>logAnnounceInterval.</summary>
        public int LogAnnounceInterval => logAnnounceInterval;
        /// <summary>logSyncInterval.</summary>
        public int LogSyncInterval => logSyncInterval;
        /// <summary>logMinDelayReqInterval.</summary>
        public int LogMinDelayReqInterval => logMinDelayReqInterval;
        /// <summary>1 E2E, 2 P2P.</summary>
        public int DelayMechanism => delayMechanism;
        /// <summary>Sent now.</summary>
        public int MinorVersion => minorVersion;
        /// <summary>With P2P.</summary>
        public Nanoseconds MeanLinkDelay => new Nanoseconds(meanLinkDelay);
        /// <summary>By messageType (IEEE 1588-2019 table 36), 0 to 15.</summary>
        public ulong Sent(int messageType)
        {
            if (messageType < 0 || messageType > 15)
                throw new ArgumentOutOfRangeException(nameof(messageType));
            fixed (ulong* counts = sent)
                return counts[messageType];
        }
        /// <summary>By messageType, 0 to 15.</summary>
        public ulong Received(int messageType)
        {
            if (messageType < 0 || messageType > 15)
                throw new ArgumentOutOfRangeException(nameof(messageType));
            fixed (ulong* counts = received)
                return counts[messageType];
        }
        /// <summary>Shorter or longer than they say, bad values, truncated TLVs.</summary>
        public ulong DiscardedMalformed => discardedMalformed;
        /// <summary>Other version, domain or sdoId.</summary>
        public ulong DiscardedForeign => discardedForeign;
        /// <summary>Own messages heard back.</summary>
        public ulong DiscardedOwn => discardedOwn;
        /// <summary>Wrong sender, sequence or state: replayed, forged or late.</summary>
        public ulong DiscardedUnexpected => discardedUnexpected;
        /// <summary>Never came.</summary>
        public ulong TransmitStampsLost => transmitStampsLost;
        /// <summary>Came too late.</summary>
        public ulong TransmitStampsLate => transmitStampsLate;
        /// <summary>Event messages without a stamp.</summary>
        public ulong ReceiveStampsMissing => receiveStampsMissing;
        /// <summary>Sync without.</summary>
        public ulong FollowUpsLost => followUpsLost;
        /// <summary>Delay_Req without.</summary>
        public ulong DelayResponsesLost => delayResponsesLost;
        /// <summary>Messages that could not be sent.</summary>
        public ulong SendErrors => sendErrors;
        /// <summary>announceReceiptTimeout.</summary>
        public ulong AnnounceTimeouts => announceTimeouts;
    }
}
