// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace Wirestamp
{
    /// <summary>What noise is like.</summary>
    public enum JitterKind : uint
    {
        /// <summary>None.</summary>
        None = 0,
        /// <summary>Standard deviation <see cref="Jitter.Scale"/>, mean 0.</summary>
        Gaussian = 1,
        /// <summary>Mean <see cref="Jitter.Scale"/>.</summary>
        Exponential = 2,
        /// <summary>Heavy tail: P(x > t) = (1 + t / scale)^-shape.</summary>
        Pareto = 3,
        /// <summary>Waits behind cross traffic that fills the share <see cref="Jitter.Shape"/> of the line.</summary>
        Queue = 4,
        /// <summary>Recorded values: <see cref="Jitter.OfTrace"/>.</summary>
        Trace = 5,
        /// <summary>0 to <see cref="Jitter.Scale"/>.</summary>
        Uniform = 6,
    }

    /// <summary>Noise added to a delay.</summary>
    public readonly struct Jitter
    {
        private readonly long[]? trace;

        /// <summary>Noise.</summary>
        public Jitter(JitterKind kind, double scale, double shape = 0, double limit = 0) : this()
        {
            Kind = kind;
            Scale = scale;
            Shape = shape;
            Limit = limit;
        }
        private Jitter(long[] values) : this()
        {
            Kind = JitterKind.Trace;
            trace = values;
        }
        /// <summary>Recorded values, ns, in their order, and from the start again when they end.</summary>
        public static Jitter OfTrace(params long[] values) =>
            new Jitter((long[])(values ?? throw new ArgumentNullException(nameof(values))).Clone());

        /// <summary>Kind.</summary>
        public JitterKind Kind { get; }
        /// <summary>ns.</summary>
        public double Scale { get; }
        /// <summary>See <see cref="JitterKind"/>.</summary>
        public double Shape { get; }
        /// <summary>ns: larger values are cut to it; 0: none.</summary>
        public double Limit { get; }

        internal JitterData ToData(Pins pins) => new JitterData
        {
            kind = (uint)Kind,
            traceLength = trace == null ? 0 : (uint)trace.Length,
            scale = Scale,
            shape = Shape,
            limit = Limit,
            trace = trace == null ? IntPtr.Zero : pins.Pin(trace),
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct JitterData
    {
        internal uint kind;
        internal uint traceLength;
        internal double scale;
        internal double shape;
        internal double limit;
        internal IntPtr trace;
    }

    /// <summary>Keeps arrays where they are while a call reads them.</summary>
    internal sealed class Pins : IDisposable
    {
        private readonly List<GCHandle> pinned = new List<GCHandle>();

        internal IntPtr Pin(long[] array)
        {
            pinned.Add(GCHandle.Alloc(array, GCHandleType.Pinned));
            return pinned[pinned.Count - 1].AddrOfPinnedObject();
        }

        public void Dispose() => pinned.ForEach(each => each.Free());
    }

    /// <summary>A free-running oscillator. All zero: a perfect one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Oscillator
    {
        /// <summary>Constant frequency error, ppb.</summary>
        public double Drift;
        /// <summary>Random walk of frequency, as a fraction per square root of a second: 1e-9 is a good crystal.</summary>
        public double Wander;
        /// <summary>ppb per second, from <see cref="RampBegin"/> to <see cref="RampEnd"/>.</summary>
        public double Ramp;
        /// <summary>True time, ns.</summary>
        public long RampBegin;
        /// <summary>True time, ns; 0: never.</summary>
        public long RampEnd;
        /// <summary>Amplitude, ppb: day and night.</summary>
        public double Sinus;
        /// <summary>ns; 0: one day.</summary>
        public long SinusPeriod;
        /// <summary>At true time 0, as a fraction of a turn.</summary>
        public double SinusPhase;
        /// <summary>Step of the random walk, ns; 0: the library's.</summary>
        public long Grid;
    }

    /// <summary>A host of a simulated network. The defaults are a perfect one.</summary>
    public sealed class SimulationHost
    {
        /// <summary>Of all its system clocks.</summary>
        public Oscillator Oscillator { get; set; }
        /// <summary>CLOCK_REALTIME minus UTC at true time 0.</summary>
        public Nanoseconds RealtimeOffset { get; set; }
        /// <summary>Monotonic clocks at true time 0.</summary>
        public Nanoseconds Uptime { get; set; } = new Nanoseconds(100000000000);
        /// <summary>CLOCK_TAI minus CLOCK_REALTIME, s.</summary>
        public int TaiOffset { get; set; } = 37;
        /// <summary>The system clock cannot be steered.</summary>
        public bool ReadOnly { get; set; }
        /// <summary>Of a read of a system clock.</summary>
        public Nanoseconds ReadLatency { get; set; } = new Nanoseconds(30);
        /// <summary>By which its system clock can be turned, ppb; 0: 500000.</summary>
        public double MaximumFrequency { get; set; }
        /// <summary>From a send call to the wire.</summary>
        public Jitter TransmitDelay { get; set; }
        /// <summary>From the wire to the socket.</summary>
        public Jitter ReceiveDelay { get; set; }
        /// <summary>From a due timer or a ready socket to the code that serves it.</summary>
        public Jitter WakeDelay { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationHostData
    {
        internal uint structSize;
        internal uint flags;
        internal Oscillator oscillator;
        internal long realtimeOffset;
        internal long uptime;
        internal int taiOffset;
        internal uint reserved;
        internal double maximumFrequency;
        internal long readLatency;
        internal JitterData transmitDelay;
        internal JitterData receiveDelay;
        internal JitterData wakeDelay;
    }

    /// <summary>An adapter of a simulated host. The defaults are one that can do everything, with stamping not turned on.</summary>
    public sealed class SimulationAdapter
    {
        /// <summary>With prefix length, separated by commas: "192.0.2.1/24, fe80::1/64".</summary>
        public string Addresses { get; set; } = "";
        /// <summary>Name of an adapter of the same host that it shares its clock with.</summary>
        public string? ClockOf { get; set; }
        /// <summary>Hardware stamping of all that the adapter can is on from the start.</summary>
        public bool StampsEnabled { get; set; }
        /// <summary>Its clock cannot be steered.</summary>
        public bool ReadOnly { get; set; }
        /// <summary>The adapter offers no cross-timestamps.</summary>
        public bool NoCrossTimestamp { get; set; }
        /// <summary>Of its hardware clock.</summary>
        public Oscillator Oscillator { get; set; }
        /// <summary>Hardware clock minus TAI at true time 0.</summary>
        public Nanoseconds ClockOffset { get; set; }
        /// <summary>Standard deviation of each hardware stamp, ns.</summary>
        public double StampNoise { get; set; }
        /// <summary>Hardware stamps are whole multiples of it.</summary>
        public Nanoseconds Granularity { get; set; }
        /// <summary>Of a cross-timestamp, from before to after.</summary>
        public Nanoseconds ReadLatency { get; set; } = new Nanoseconds(800);
        /// <summary>Mean of what each half of it takes longer, ns.</summary>
        public double ReadJitter { get; set; }
        /// <summary>By which its clock can be turned, ppb; 0: 62499999.</summary>
        public double MaximumFrequency { get; set; }
        /// <summary>None: extended.</summary>
        public CrossMethod CrossMethod { get; set; }
        /// <summary>Supported.</summary>
        public HardwareStamps Hardware { get; set; } = HardwareStamps.All;
        /// <summary>Supported.</summary>
        public SoftwareStamps Software { get; set; } = SoftwareStamps.All;
        /// <summary>Nominal, Hz.</summary>
        public ulong ClockFrequency { get; set; } = 1000000000;
        /// <summary>Added to hardware receive stamps: what a driver did not compensate.</summary>
        public Nanoseconds IngressError { get; set; }
        /// <summary>Added to hardware transmit stamps.</summary>
        public Nanoseconds EgressError { get; set; }
        /// <summary>From the wire to when the hardware stamp can be had.</summary>
        public Jitter TransmitStampDelay { get; set; }
        /// <summary>Probability that it never comes.</summary>
        public double TransmitStampLoss { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationAdapterData
    {
        internal uint structSize;
        internal uint flags;
        internal IntPtr addresses;
        internal IntPtr clockOf;
        internal Oscillator oscillator;
        internal long clockOffset;
        internal double stampNoise;
        internal long granularity;
        internal long readLatency;
        internal double readJitter;
        internal double maximumFrequency;
        internal uint crossMethod;
        internal uint hardware;
        internal uint software;
        internal uint reserved;
        internal ulong clockFrequency;
        internal long ingressError;
        internal long egressError;
        internal JitterData transmitStampDelay;
        internal double transmitStampLoss;
    }

    /// <summary>One direction of a link.</summary>
    public sealed class SimulationDirection
    {
        /// <summary>Delay.</summary>
        public Nanoseconds Delay { get; set; } = new Nanoseconds(1000);
        /// <summary>Added to it.</summary>
        public Jitter Jitter { get; set; }
        /// <summary>Probability.</summary>
        public double Loss { get; set; }
        /// <summary>Probability.</summary>
        public double Duplication { get; set; }
        /// <summary>Probability of being held back by <see cref="ReorderingDelay"/>.</summary>
        public double Reordering { get; set; }
        /// <summary>How long.</summary>
        public Nanoseconds ReorderingDelay { get; set; } = new Nanoseconds(100000);
        /// <summary>0: sending takes no time.</summary>
        public double BitsPerSecond { get; set; }
        /// <summary>Packets may overtake each other where jitter says so.</summary>
        public bool Overtaking { get; set; }

        internal SimulationDirectionData ToData(Pins pins) => new SimulationDirectionData
        {
            flags = Overtaking ? 1u : 0,
            delay = Delay.Value,
            jitter = Jitter.ToData(pins),
            loss = Loss,
            duplication = Duplication,
            reordering = Reordering,
            reorderingDelay = ReorderingDelay.Value,
            bitsPerSecond = BitsPerSecond,
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationDirectionData
    {
        internal uint flags;
        internal uint reserved;
        internal long delay;
        internal JitterData jitter;
        internal double loss;
        internal double duplication;
        internal double reordering;
        internal long reorderingDelay;
        internal double bitsPerSecond;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationLinkData
    {
        internal uint structSize;
        internal uint reserved;
        internal SimulationDirectionData forward;
        internal SimulationDirectionData backward;
    }

    /// <summary>A link: both its directions.</summary>
    public sealed class SimulationLink
    {
        /// <summary>The library's defaults: 1 µs each way.</summary>
        public SimulationLink()
        {
        }
        /// <summary>The same delay and noise both ways.</summary>
        public SimulationLink(Nanoseconds delay, Jitter jitter = default)
        {
            Forward.Delay = Backward.Delay = delay;
            Forward.Jitter = Backward.Jitter = jitter;
        }
        /// <summary>From the first end to the second.</summary>
        public SimulationDirection Forward { get; } = new SimulationDirection();
        /// <summary>And back.</summary>
        public SimulationDirection Backward { get; } = new SimulationDirection();

        internal unsafe SimulationLinkData ToData(Pins pins) => new SimulationLinkData
        {
            structSize = (uint)sizeof(SimulationLinkData),
            forward = Forward.ToData(pins),
            backward = Backward.ToData(pins),
        };
    }

    /// <summary>A bridge (switch).</summary>
    public sealed class SimulationBridge
    {
        /// <summary>Adds its residence time to correctionField (end-to-end transparent clock).</summary>
        public bool IsTransparentClock { get; set; }
        /// <summary>At least.</summary>
        public Nanoseconds Residence { get; set; } = new Nanoseconds(2000);
        /// <summary>Added to it.</summary>
        public Jitter ResidenceJitter { get; set; }
        /// <summary>What a transparent clock measures its residence time with.</summary>
        public Oscillator Oscillator { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationBridgeData
    {
        internal uint structSize;
        internal uint flags;
        internal long residence;
        internal JitterData residenceJitter;
        internal Oscillator oscillator;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SimulationOptionsData
    {
        internal uint structSize;
        internal int utcOffset;
        internal ulong seed;
        internal long epochTai;
    }

    /// <summary>What was counted.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct SimulationCounters
    {
        private readonly uint structSize;
        private readonly uint reserved;
        private readonly ulong events;
        private readonly ulong framesSent;
        private readonly ulong framesDelivered;
        private readonly ulong framesLost;
        private readonly ulong framesHeld;
        private readonly ulong eventsQueued;
        private readonly ulong digest;

        internal SimulationCounters(uint size) : this()
        {
            structSize = size;
        }
        /// <summary>Of the network that were served.</summary>
        public ulong Events => events;
        /// <summary>By hosts.</summary>
        public ulong FramesSent => framesSent;
        /// <summary>To sockets.</summary>
        public ulong FramesDelivered => framesDelivered;
        /// <summary>By loss, cut links, adapters that are down, full queues.</summary>
        public ulong FramesLost => framesLost;
        /// <summary>Under way and in sockets now.</summary>
        public ulong FramesHeld => framesHeld;
        /// <summary>Now.</summary>
        public ulong EventsQueued => eventsQueued;
        /// <summary>Of every event and hardware stamp so far: equal runs have equal digests.</summary>
        public ulong Digest => digest;
    }

    /// <summary>
    /// A simulated network to run an application on. Build it, make contexts on its hosts, and let time pass: it is virtual, passes only
    /// inside <see cref="Run"/> and other waiting calls, and one seed gives one run, bit for bit.
    /// </summary>
    public sealed class Simulation : NativeObject
    {
        /// <summary>An empty network.</summary>
        /// <param name="seed">any number</param>
        /// <param name="epochTai">TAI at true time 0, ns since 1970</param>
        /// <param name="utcOffset">TAI minus UTC, s</param>
        public unsafe Simulation(ulong seed = 1, long epochTai = 1750000037000000000, int utcOffset = 37) : base(null)
        {
            var data = new SimulationOptionsData { structSize = (uint)sizeof(SimulationOptionsData), utcOffset = utcOffset, seed = seed, epochTai = epochTai };
            IntPtr opened;
            ErrorData error;
            ErrorData.Check(Native.wst_simulation_create((IntPtr)(&data), (IntPtr)(&opened), ErrorData.Prepare(&error)), &error);
            Opened(opened);
        }

        internal override void Close(IntPtr closing)
        {
            if (Native.wst_simulation_close(closing, IntPtr.Zero) == (int)Status.WouldDeadlock)
                ThreadPool.QueueUserWorkItem(_ => Native.wst_simulation_close(closing, IntPtr.Zero));
        }

        private unsafe delegate int Call(IntPtr error);

        private unsafe void Do(Call call)
        {
            ErrorData error;
            Enter();
            try
            {
                ErrorData.Check(call(ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
        }

        private unsafe void With(string name, string parameter, Func<IntPtr, IntPtr, int> call)
        {
            byte[] utf8 = Text.Utf8(name, parameter);
            fixed (byte* text = utf8)
            {
                var pinned = (IntPtr)text;
                Do(error => call(pinned, error));
            }
        }

        /// <summary>Adds a host.</summary>
        public unsafe void AddHost(string name, SimulationHost? host = null)
        {
            host = host ?? new SimulationHost();
            using (var pins = new Pins())
            {
                var data = new SimulationHostData
                {
                    structSize = (uint)sizeof(SimulationHostData),
                    flags = host.ReadOnly ? 1u : 0,
                    oscillator = host.Oscillator,
                    realtimeOffset = host.RealtimeOffset.Value,
                    uptime = host.Uptime.Value,
                    taiOffset = host.TaiOffset,
                    maximumFrequency = host.MaximumFrequency,
                    readLatency = host.ReadLatency.Value,
                    transmitDelay = host.TransmitDelay.ToData(pins),
                    receiveDelay = host.ReceiveDelay.ToData(pins),
                    wakeDelay = host.WakeDelay.ToData(pins),
                };
                var at = (IntPtr)(&data);
                With(name, nameof(name), (n, error) => Native.wst_simulation_add_host(Handle, n, at, error));
            }
        }

        /// <summary>Adds an adapter to a host.</summary>
        public void AddAdapter(string host, string name, string addresses) =>
            AddAdapter(host, name, new SimulationAdapter { Addresses = addresses });

        /// <summary>Adds an adapter to a host.</summary>
        public unsafe void AddAdapter(string host, string name, SimulationAdapter? adapter = null)
        {
            adapter = adapter ?? new SimulationAdapter();
            using (var pins = new Pins())
            {
                fixed (byte* addresses = Text.Utf8(adapter.Addresses, nameof(adapter)), h = Text.Utf8(host, nameof(host)),
                       clockOf = adapter.ClockOf == null ? null : Text.Utf8(adapter.ClockOf, nameof(adapter)))
                {
                    var data = new SimulationAdapterData
                    {
                        structSize = (uint)sizeof(SimulationAdapterData),
                        flags = (adapter.ReadOnly ? 1u : 0) | (adapter.StampsEnabled ? 2u : 0) | (adapter.NoCrossTimestamp ? 4u : 0),
                        addresses = adapter.Addresses.Length == 0 ? IntPtr.Zero : (IntPtr)addresses,
                        clockOf = (IntPtr)clockOf,
                        oscillator = adapter.Oscillator,
                        clockOffset = adapter.ClockOffset.Value,
                        stampNoise = adapter.StampNoise,
                        granularity = adapter.Granularity.Value,
                        readLatency = adapter.ReadLatency.Value,
                        readJitter = adapter.ReadJitter,
                        maximumFrequency = adapter.MaximumFrequency,
                        crossMethod = (uint)adapter.CrossMethod,
                        hardware = (uint)adapter.Hardware,
                        software = (uint)adapter.Software,
                        clockFrequency = adapter.ClockFrequency,
                        ingressError = adapter.IngressError.Value,
                        egressError = adapter.EgressError.Value,
                        transmitStampDelay = adapter.TransmitStampDelay.ToData(pins),
                        transmitStampLoss = adapter.TransmitStampLoss,
                    };
                    IntPtr at = (IntPtr)(&data), of = (IntPtr)h;
                    With(name, nameof(name), (n, error) => Native.wst_simulation_add_adapter(Handle, of, n, at, error));
                }
            }
        }

        /// <summary>Adds a bridge.</summary>
        public unsafe void AddBridge(string name, SimulationBridge? bridge = null)
        {
            bridge = bridge ?? new SimulationBridge();
            using (var pins = new Pins())
            {
                var data = new SimulationBridgeData
                {
                    structSize = (uint)sizeof(SimulationBridgeData),
                    flags = bridge.IsTransparentClock ? 1u : 0,
                    residence = bridge.Residence.Value,
                    residenceJitter = bridge.ResidenceJitter.ToData(pins),
                    oscillator = bridge.Oscillator,
                };
                var at = (IntPtr)(&data);
                With(name, nameof(name), (n, error) => Native.wst_simulation_add_bridge(Handle, n, at, error));
            }
        }

        /// <summary>Joins two ends, each "host/adapter" or the name of a bridge, by a link.</summary>
        public unsafe void Connect(string name, string first, string second, SimulationLink? link = null)
        {
            using (var pins = new Pins())
            {
                SimulationLinkData data = (link ?? new SimulationLink()).ToData(pins);
                fixed (byte* one = Text.Utf8(first, nameof(first)), two = Text.Utf8(second, nameof(second)))
                {
                    IntPtr at = (IntPtr)(&data), from = (IntPtr)one, to = (IntPtr)two;
                    With(name, nameof(name), (n, error) => Native.wst_simulation_connect(Handle, n, from, to, at, error));
                }
            }
        }

        /// <summary>Replaces the parameters of a link.</summary>
        public unsafe void SetLink(string name, SimulationLink link)
        {
            using (var pins = new Pins())
            {
                SimulationLinkData data = (link ?? throw new ArgumentNullException(nameof(link))).ToData(pins);
                var at = (IntPtr)(&data);
                With(name, nameof(name), (n, error) => Native.wst_simulation_set_link(Handle, n, at, error));
            }
        }

        /// <summary>Lets time pass. Handlers of contexts on this network run inside.</summary>
        public void Run(Nanoseconds duration) => Do(error => Native.wst_simulation_run(Handle, duration.Value, error));

        /// <summary>Makes a running <see cref="Run"/> return soon.</summary>
        public void Interrupt() => Do(error => Native.wst_simulation_interrupt(Handle, error));

        /// <summary>True time since the network was made.</summary>
        public unsafe Nanoseconds Now
        {
            get
            {
                long now;
                var at = (IntPtr)(&now);
                Do(error => Native.wst_simulation_now(Handle, at, error));
                return new Nanoseconds(now);
            }
        }

        /// <summary>True TAI now, ns since 1970.</summary>
        public unsafe long TrueTai
        {
            get
            {
                long tai;
                var at = (IntPtr)(&tai);
                Do(error => Native.wst_simulation_true_tai(Handle, at, error));
                return tai;
            }
        }

        /// <summary>Virtual per real time; 0 (as made): as fast as possible.</summary>
        public void SetPace(double factor) => Do(error => Native.wst_simulation_set_pace(Handle, factor, error));

        /// <summary>What a clock shows, minus what a perfect one would, in ns.</summary>
        /// <param name="name">"host/adapter" for the adapter's clock, "host" for a system clock</param>
        /// <param name="clock">which; none: the one that the name says</param>
        public unsafe double GetClockError(string name, Clock clock = Clock.None)
        {
            double found;
            var at = (IntPtr)(&found);
            With(name, nameof(name), (n, error) => Native.wst_simulation_clock_error(Handle, n, (uint)clock, at, error));
            return found;
        }

        /// <summary>What was counted.</summary>
        public unsafe SimulationCounters Counters
        {
            get
            {
                var counters = new SimulationCounters((uint)sizeof(SimulationCounters));
                var at = (IntPtr)(&counters);
                Do(error => Native.wst_simulation_counters_get(Handle, at, error));
                return counters;
            }
        }

        /// <summary>Takes the carrier away from both ends and loses what is under way.</summary>
        public void Cut(string link) => With(link, nameof(link), (n, error) => Native.wst_simulation_cut(Handle, n, error));
        /// <summary>Undoes <see cref="Cut"/>.</summary>
        public void Restore(string link) => With(link, nameof(link), (n, error) => Native.wst_simulation_restore(Handle, n, error));
        /// <summary>Steps a clock behind the back of whoever steers it.</summary>
        public void StepClock(string name, Nanoseconds delta) =>
            With(name, nameof(name), (n, error) => Native.wst_simulation_step_clock(Handle, n, delta.Value, error));
        /// <summary>Does one thing now, said in words, such as "link l1 loss 1%". See simulation.h for the language.</summary>
        public void Apply(string statement) =>
            With(statement, nameof(statement), (n, error) => Native.wst_simulation_apply(Handle, n, error));
        /// <summary>Sets down what will happen when, such as "at 60s link l1 cut; at 70s link l1 restore".</summary>
        public void Schedule(string text) => With(text, nameof(text), (n, error) => Native.wst_simulation_schedule(Handle, n, error));
    }
}
