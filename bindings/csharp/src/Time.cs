// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>What a time value counts. See WST_CLOCK_* in base.h.</summary>
    public enum Clock : uint
    {
        /// <summary>No value.</summary>
        None = 0,
        /// <summary>UTC, ns since 1970; steps and slews with the system clock.</summary>
        Realtime = 1,
        /// <summary>CLOCK_MONOTONIC.</summary>
        Monotonic = 2,
        /// <summary>CLOCK_MONOTONIC_RAW; on Windows the performance counter in ns.</summary>
        MonotonicRaw = 3,
        /// <summary>TAI, ns since 1970.</summary>
        Tai = 4,
        /// <summary>An adapter's hardware clock, ns.</summary>
        Device = 5,
        /// <summary>An adapter's free-running counter in its own ticks (Windows).</summary>
        DeviceRaw = 6,
        /// <summary>Ticks of the performance counter (Windows).</summary>
        PerformanceCounter = 7,
        /// <summary>Time of a PTP clock.</summary>
        Ptp = 8,
    }

    /// <summary>Who took a stamp.</summary>
    public enum StampSource : uint
    {
        /// <summary>There is none.</summary>
        None = 0,
        /// <summary>The library, after the system call.</summary>
        Application = 1,
        /// <summary>Kernel or driver.</summary>
        Software = 2,
        /// <summary>The adapter.</summary>
        Hardware = 3,
    }

    /// <summary>
    /// A span of time in whole nanoseconds. <see cref="TimeSpan"/> counts 100 ns: converting from it is exact, to it is not and
    /// therefore said (<see cref="ToTimeSpan"/>).
    /// </summary>
    public readonly struct Nanoseconds : IEquatable<Nanoseconds>, IComparable<Nanoseconds>
    {
        /// <summary>So many nanoseconds.</summary>
        public Nanoseconds(long value)
        {
            Value = value;
        }

        /// <summary>The number.</summary>
        public long Value { get; }
        /// <summary>In seconds, rounded as a double is.</summary>
        public double TotalSeconds => Value / 1e9;
        /// <summary>In microseconds, rounded as a double is.</summary>
        public double TotalMicroseconds => Value / 1e3;

        /// <summary>Rounded towards zero to 100 ns.</summary>
        public TimeSpan ToTimeSpan() => new TimeSpan(Value / 100);
        /// <summary>Exact.</summary>
        /// <exception cref="OverflowException">beyond 292 years</exception>
        public static Nanoseconds FromTimeSpan(TimeSpan span) => new Nanoseconds(checked(span.Ticks * 100));
        /// <summary>Exact.</summary>
        public static implicit operator Nanoseconds(TimeSpan span) => FromTimeSpan(span);
        /// <summary>The sum.</summary>
        public static Nanoseconds operator +(Nanoseconds a, Nanoseconds b) => new Nanoseconds(checked(a.Value + b.Value));
        /// <summary>The difference.</summary>
        public static Nanoseconds operator -(Nanoseconds a, Nanoseconds b) => new Nanoseconds(checked(a.Value - b.Value));
        /// <summary>The opposite.</summary>
        public static Nanoseconds operator -(Nanoseconds a) => new Nanoseconds(checked(-a.Value));
        /// <summary>Equal.</summary>
        public static bool operator ==(Nanoseconds a, Nanoseconds b) => a.Value == b.Value;
        /// <summary>Not equal.</summary>
        public static bool operator !=(Nanoseconds a, Nanoseconds b) => a.Value != b.Value;
        /// <summary>Shorter.</summary>
        public static bool operator <(Nanoseconds a, Nanoseconds b) => a.Value < b.Value;
        /// <summary>Longer.</summary>
        public static bool operator >(Nanoseconds a, Nanoseconds b) => a.Value > b.Value;
        /// <summary>Not longer.</summary>
        public static bool operator <=(Nanoseconds a, Nanoseconds b) => a.Value <= b.Value;
        /// <summary>Not shorter.</summary>
        public static bool operator >=(Nanoseconds a, Nanoseconds b) => a.Value >= b.Value;
        /// <inheritdoc/>
        public bool Equals(Nanoseconds other) => Value == other.Value;
        /// <inheritdoc/>
        public override bool Equals(object? other) => other is Nanoseconds ns && ns.Value == Value;
        /// <inheritdoc/>
        public override int GetHashCode() => Value.GetHashCode();
        /// <inheritdoc/>
        public int CompareTo(Nanoseconds other) => Value.CompareTo(other.Value);
        /// <summary>Such as "1500 ns".</summary>
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + " ns";
    }

    /// <summary>
    /// A time stamp: a value and which clock it counts, never a bare number. Two stamps can be subtracted if they count the same clock.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Timestamp : IEquatable<Timestamp>
    {
        private readonly long value;
        private readonly uint clock;
        private readonly uint source;
        private readonly ulong interfaceId;
        private readonly int clockIndex;
        private readonly uint reserved;

        /// <summary>A value of a clock that no packet brought.</summary>
        public Timestamp(long value, Clock clock)
        {
            this.value = value;
            this.clock = (uint)clock;
            source = (uint)StampSource.Application;
            interfaceId = 0;
            clockIndex = -1;
            reserved = 0;
        }

        /// <summary>False: there is no stamp, and the rest means nothing.</summary>
        public bool Exists => source != 0;
        /// <summary>ns of <see cref="Clock"/>; ticks with <see cref="Clock.DeviceRaw"/> and <see cref="Clock.PerformanceCounter"/>.</summary>
        public long Value => value;
        /// <summary>What <see cref="Value"/> counts.</summary>
        public Clock Clock => (Clock)clock;
        /// <summary>Who took it.</summary>
        public StampSource Source => (StampSource)source;
        /// <summary>Where the packet came or went, 0 if unknown.</summary>
        public ulong InterfaceId => interfaceId;
        /// <summary>Number of the hardware clock (/dev/ptpN), -1 if unknown.</summary>
        public int ClockIndex => clockIndex;

        /// <summary>The time between two stamps of one clock.</summary>
        /// <exception cref="InvalidOperationException">they count different clocks, or ticks</exception>
        public static Nanoseconds operator -(Timestamp later, Timestamp earlier)
        {
            if (later.clock != earlier.clock || later.clockIndex != earlier.clockIndex)
                throw new InvalidOperationException("stamps of " + later.Clock + " and " + earlier.Clock +
                                                    " cannot be subtracted; convert one with a Correlation");
            if (later.Clock == Clock.DeviceRaw || later.Clock == Clock.PerformanceCounter)
                throw new InvalidOperationException("stamps of " + later.Clock + " count ticks, not ns; convert them with a Correlation");
            return new Nanoseconds(checked(later.value - earlier.value));
        }

        /// <summary>
        /// The calendar time of a stamp that counts from 1970, cut to 100 ns: UTC for <see cref="Clock.Realtime"/>, TAI for
        /// <see cref="Clock.Tai"/> and <see cref="Clock.Ptp"/>.
        /// </summary>
        /// <exception cref="InvalidOperationException">the clock has no calendar</exception>
        public DateTime ToDateTime()
        {
            if (Clock != Clock.Realtime && Clock != Clock.Tai && Clock != Clock.Ptp)
                throw new InvalidOperationException(Clock + " does not count from a date");
            var epoch = new DateTime(1970, 1, 1, 0, 0, 0, Clock == Clock.Realtime ? DateTimeKind.Utc : DateTimeKind.Unspecified);
            return epoch.AddTicks(value / 100);
        }

        /// <summary>Equal in value, clock, source and place.</summary>
        public bool Equals(Timestamp other) => value == other.value && clock == other.clock && source == other.source &&
                                               interfaceId == other.interfaceId && clockIndex == other.clockIndex;
        /// <inheritdoc/>
        public override bool Equals(object? other) => other is Timestamp stamp && Equals(stamp);
        /// <inheritdoc/>
        public override int GetHashCode() => value.GetHashCode() ^ (int)clock;
        /// <summary>Such as "1750000000000000000 ns of Device (Hardware)".</summary>
        public override string ToString() =>
            Exists ? value.ToString(CultureInfo.InvariantCulture) + " ns of " + Clock + " (" + Source + ")" : "no stamp";
    }
}
