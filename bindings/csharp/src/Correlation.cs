// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Wirestamp
{
    /// <summary>How a cross-timestamp was taken, best first.</summary>
    public enum CrossMethod : uint
    {
        /// <summary>Not at all.</summary>
        None = 0,
        /// <summary>Both clocks latched at one instant by hardware.</summary>
        Precise = 1,
        /// <summary>System clock before and after the device read, taken in the driver.</summary>
        Extended = 2,
        /// <summary>The same, taken in the kernel around the driver.</summary>
        Basic = 3,
        /// <summary>The same, taken by three clock reads of the library.</summary>
        Bracket = 4,
    }

    /// <summary>One reading of an adapter's clock against a system clock.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct CrossTimestamp
    {
        private readonly uint structSize;
        private readonly uint method;
        private readonly ulong interfaceId;
        private readonly long systemBefore;
        private readonly long device;
        private readonly long systemAfter;
        private readonly uint systemClock;
        private readonly uint deviceClock;
        private readonly int deviceIndex;
        private readonly uint samples;
        private readonly long uncertainty;

        private unsafe CrossTimestamp(uint size)
        {
            structSize = size;
            method = systemClock = deviceClock = samples = 0;
            interfaceId = 0;
            systemBefore = device = systemAfter = uncertainty = 0;
            deviceIndex = 0;
        }
        internal static unsafe CrossTimestamp Prepared() => new CrossTimestamp((uint)sizeof(CrossTimestamp));

        /// <summary>How it was taken.</summary>
        public CrossMethod Method => (CrossMethod)method;
        /// <summary>Whose clock.</summary>
        public ulong InterfaceId => interfaceId;
        /// <summary>ns of <see cref="SystemClock"/>.</summary>
        public long SystemBefore => systemBefore;
        /// <summary>ns (ticks with <see cref="Clock.DeviceRaw"/>) of <see cref="DeviceClock"/>, read between the two.</summary>
        public long Device => device;
        /// <summary>ns of <see cref="SystemClock"/>; equal to <see cref="SystemBefore"/> where the reading is one instant.</summary>
        public long SystemAfter => systemAfter;
        /// <summary>Which system clock.</summary>
        public Clock SystemClock => (Clock)systemClock;
        /// <summary>Which device clock.</summary>
        public Clock DeviceClock => (Clock)deviceClock;
        /// <summary>Number of the hardware clock (/dev/ptpN), -1: none.</summary>
        public int DeviceIndex => deviceIndex;
        /// <summary>Readings of which this is the narrowest.</summary>
        public int Samples => (int)samples;
        /// <summary>The device was read within this of the middle of before and after.</summary>
        public Nanoseconds Uncertainty => new Nanoseconds(uncertainty);
    }

    /// <summary>State of a correlation.</summary>
    public enum CorrelationState : uint
    {
        /// <summary>Not enough samples yet.</summary>
        Starting = 0,
        /// <summary>It converts.</summary>
        Valid = 1,
        /// <summary>The clock cannot be read; taken up again when it can.</summary>
        Lost = 2,
    }

    /// <summary>Why a correlation changed its state or began anew.</summary>
    public enum CorrelationReason : uint
    {
#pragma warning disable CS1591 // the names say it; see WST_CORRELATION_REASON_* in clock.h
        None = 0,
        EnoughSamples = 1,
        ClockStepped = 2,
        RateChanged = 3,
        ClockReplaced = 4,
        Suspended = 5,
        InterfaceGone = 6,
        ReadFailed = 7,
        Requested = 8,
#pragma warning restore CS1591
    }

    /// <summary>In <see cref="Event.Correlation"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct CorrelationNotice
    {
        private readonly ulong interfaceId;
        private readonly uint state;
        private readonly uint reason;

        /// <summary>Whose clock.</summary>
        public ulong InterfaceId => interfaceId;
        /// <summary>Now.</summary>
        public CorrelationState State => (CorrelationState)state;
        /// <summary>Why.</summary>
        public CorrelationReason Reason => (CorrelationReason)reason;
    }

    /// <summary>A converted value: the true one is believed to lie within <see cref="Value"/> ± <see cref="Bound"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct CorrelationTime
    {
        private readonly uint structSize;
        private readonly uint clock;
        private readonly long value;
        private readonly long bound;

        internal CorrelationTime(uint size)
        {
            structSize = size;
            clock = 0;
            value = bound = 0;
        }
        /// <summary>What <see cref="Value"/> counts.</summary>
        public Clock Clock => (Clock)clock;
        /// <summary>ns.</summary>
        public long Value => value;
        /// <summary>How far off it can be.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
    }

    /// <summary>How a correlation stands.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct CorrelationStatus
    {
        private readonly uint structSize;
        private readonly uint state;
        private readonly uint reason;
        private readonly uint stampClock;
        private readonly uint systemClock;
        private readonly uint method;
        private readonly ulong interfaceId;
        private readonly double rate;
        private readonly double rateBound;
        private readonly long referenceSystem;
        private readonly long referenceStamp;
        private readonly long bound;
        private readonly long spread;
        private readonly ulong samples;
        private readonly ulong outliers;
        private readonly ulong restarts;
        private readonly uint intervalMs;
        private readonly uint reserved;

        internal unsafe CorrelationStatus(bool prepared) : this()
        {
            structSize = prepared ? (uint)sizeof(CorrelationStatus) : 0;
        }
        /// <summary>State.</summary>
        public CorrelationState State => (CorrelationState)state;
        /// <summary>Of the last change of state or new beginning.</summary>
        public CorrelationReason Reason => (CorrelationReason)reason;
        /// <summary>The one clock.</summary>
        public Clock StampClock => (Clock)stampClock;
        /// <summary>The other clock.</summary>
        public Clock SystemClock => (Clock)systemClock;
        /// <summary>Of the last sample.</summary>
        public CrossMethod Method => (CrossMethod)method;
        /// <summary>Whose clock.</summary>
        public ulong InterfaceId => interfaceId;
        /// <summary>ppb by which the stamp clock is faster.</summary>
        public double Rate => rate;
        /// <summary>ppb.</summary>
        public double RateBound => rateBound;
        /// <summary>At this value of the system clock, ns,</summary>
        public long ReferenceSystem => referenceSystem;
        /// <summary>the stamp clock shows this, ns.</summary>
        public long ReferenceStamp => referenceStamp;
        /// <summary>Of a conversion at the last sample.</summary>
        public Nanoseconds Bound => new Nanoseconds(bound);
        /// <summary>How far samples lie from the fit, as standard deviation.</summary>
        public Nanoseconds Spread => new Nanoseconds(spread);
        /// <summary>Taken since it was opened.</summary>
        public ulong Samples => samples;
        /// <summary>Of these, not used because they did not fit.</summary>
        public ulong Outliers => outliers;
        /// <summary>New beginnings.</summary>
        public ulong Restarts => restarts;
        /// <summary>To the next sample.</summary>
        public TimeSpan Interval => TimeSpan.FromMilliseconds(intervalMs);
    }

    /// <summary>What is correlated. Zero: the library's default.</summary>
    public sealed class CorrelationOptions
    {
        /// <summary>Whose device clock; may be 0 if both clocks are the system's.</summary>
        public ulong InterfaceId { get; set; }
        /// <summary>The clock to convert from and to; none: the interface's, or <see cref="Clock.Realtime"/> where it has none.</summary>
        public Clock StampClock { get; set; }
        /// <summary>The other one; none: <see cref="Clock.MonotonicRaw"/>.</summary>
        public Clock SystemClock { get; set; }
        /// <summary>Between samples once the fit is good, 50 ms to 60 s; zero: 5 s.</summary>
        public TimeSpan Interval { get; set; }
        /// <summary>Readings per sample, 1 to 25; 0: 5.</summary>
        public int Samples { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CorrelationOptionsData
    {
        internal uint structSize;
        internal uint stampClock;
        internal uint systemClock;
        internal uint intervalMs;
        internal ulong interfaceId;
        internal uint samples;
        internal uint reserved;
    }

    /// <summary>
    /// Samples two clocks in the background and converts values of either into the other, with a bound. Begins anew by itself after a
    /// step, a replaced clock or a suspended host.
    /// </summary>
    public sealed class Correlation : NativeObject
    {
        private readonly Context context;

        /// <summary>Of an interface's stamps with <see cref="Clock.MonotonicRaw"/>.</summary>
        public Correlation(Context context, ulong interfaceId) : this(context, new CorrelationOptions { InterfaceId = interfaceId })
        {
        }

        /// <summary>Takes the first sample at once, so that what cannot work is said here.</summary>
        public unsafe Correlation(Context context, CorrelationOptions options)
            : base(context ?? throw new ArgumentNullException(nameof(context)))
        {
            if (options == null)
                throw new ArgumentNullException(nameof(options));
            this.context = context;
            var data = new CorrelationOptionsData
            {
                structSize = (uint)sizeof(CorrelationOptionsData),
                stampClock = (uint)options.StampClock,
                systemClock = (uint)options.SystemClock,
                intervalMs = checked((uint)options.Interval.TotalMilliseconds),
                interfaceId = options.InterfaceId,
                samples = checked((uint)options.Samples),
            };
            IntPtr opened;
            ErrorData error;
            context.Enter();
            int status = Native.wst_correlation_open(context.Handle, (IntPtr)(&data), (IntPtr)(&opened), ErrorData.Prepare(&error));
            if (status != 0)
                context.Exit();
            ErrorData.Check(status, &error);
            Opened(opened);
        }

        internal override void Close(IntPtr closing) => Native.wst_correlation_close(closing, IntPtr.Zero);

        /// <summary>Forgets all samples and begins anew.</summary>
        public unsafe void Restart()
        {
            ErrorData error;
            Enter();
            int status = Native.wst_correlation_restart(Handle, ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
        }

        /// <summary>Waits until it is valid. Serves a caller-driven or simulated context while it waits.</summary>
        /// <returns>false: the time was up</returns>
        public bool Wait(TimeSpan timeout) => Wait(timeout, CancellationToken.None);

        private unsafe bool Wait(TimeSpan timeout, CancellationToken cancellation)
        {
            ErrorData error;
            Enter();
            try
            {
                var deadline = new Deadline(Timeouts.Nanoseconds(timeout), context.IsSimulated);
                for (;;)
                {
                    cancellation.ThrowIfCancellationRequested();
                    long piece = deadline.Next(out bool last);
                    long ms = piece < 0 ? -1 : Math.Min(int.MaxValue, (piece + 999999) / 1000000);
                    int status = Native.wst_correlation_wait(Handle, (int)ms, ErrorData.Prepare(&error));
                    if (ErrorData.CheckUnlessLate(status, &error))
                        return true;
                    if (last)
                        return false;
                    if (IsClosing)
                        throw new ObjectDisposedException(nameof(Correlation));
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>As <see cref="Wait(TimeSpan)"/>, on another thread.</summary>
        public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellation = default) =>
            Task.Run(() => Wait(timeout, cancellation), cancellation);

        /// <summary>Converts a value of one of the two clocks into the other.</summary>
        /// <exception cref="WirestampException"><see cref="Status.WouldBlock"/>: not valid yet, or again after a new beginning</exception>
        public unsafe CorrelationTime Convert(Clock from, long value)
        {
            var time = new CorrelationTime((uint)sizeof(CorrelationTime));
            ErrorData error;
            Enter();
            int status = Native.wst_correlation_convert(Handle, (uint)from, value, (IntPtr)(&time), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return time;
        }

        /// <summary>Converts a packet's stamp.</summary>
        public CorrelationTime Convert(Timestamp stamp) => Convert(stamp.Clock, stamp.Value);

        /// <summary>As <see cref="Convert(Clock, long)"/>; false while it is not valid.</summary>
        public unsafe bool TryConvert(Clock from, long value, out CorrelationTime converted)
        {
            var time = new CorrelationTime((uint)sizeof(CorrelationTime));
            ErrorData error;
            Enter();
            int status = Native.wst_correlation_convert(Handle, (uint)from, value, (IntPtr)(&time), ErrorData.Prepare(&error));
            Exit();
            converted = time;
            return ErrorData.CheckUnlessLate(status, &error);
        }

        /// <summary>How it stands.</summary>
        public unsafe CorrelationStatus Status
        {
            get
            {
                var found = new CorrelationStatus(true);
                ErrorData error;
                Enter();
                int status = Native.wst_correlation_status_get(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }
    }
}
