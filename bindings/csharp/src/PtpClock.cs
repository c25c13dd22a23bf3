// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Wirestamp
{
    /// <summary>An option that a <see cref="PtpConfig"/> takes.</summary>
    public sealed class PtpOption
    {
        internal PtpOption(string name, string defaultValue, string allowed, string unit, string description, bool ofPort)
        {
            Name = name;
            DefaultValue = defaultValue;
            Allowed = allowed;
            Unit = unit;
            Description = description;
            IsOfPort = ofPort;
        }
        /// <summary>As ptp4l calls it, where it has it.</summary>
        public string Name { get; }
        /// <summary>Default.</summary>
        public string DefaultValue { get; }
        /// <summary>Range or words, for people.</summary>
        public string Allowed { get; }
        /// <summary>Empty if none.</summary>
        public string Unit { get; }
        /// <summary>One sentence.</summary>
        public string Description { get; }
        /// <summary>May differ from port to port.</summary>
        public bool IsOfPort { get; }
    }

    /// <summary>Configuration of PTP clocks, by name and value with linuxptp's option names. Not for use by two threads at once.</summary>
    public sealed class PtpConfig : NativeObject
    {
        /// <summary>All options at their defaults, no port.</summary>
        public unsafe PtpConfig() : base(null)
        {
            IntPtr opened;
            ErrorData error;
            ErrorData.Check(Native.wst_ptp_config_create((IntPtr)(&opened), ErrorData.Prepare(&error)), &error);
            Opened(opened);
        }

        /// <summary>With one port.</summary>
        public PtpConfig(string interfaceName) : this()
        {
            AddPort(interfaceName);
        }

        internal override void Close(IntPtr closing) => Native.wst_ptp_config_destroy(closing);

        /// <summary>Sets an option of the clock, or of all its ports.</summary>
        /// <exception cref="WirestampException"><see cref="Status.UnknownOption"/> (the message names the nearest), <see cref="Status.Range"/></exception>
        public unsafe PtpConfig Set(string name, string value)
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* n = Text.Utf8(name, nameof(name)), v = Text.Utf8(value, nameof(value)))
                    ErrorData.Check(Native.wst_ptp_config_set(Handle, (IntPtr)n, (IntPtr)v, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return this;
        }

        /// <summary>Adds a port on an interface. Ports are numbered from 1 in this order.</summary>
        public unsafe PtpConfig AddPort(string interfaceName)
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* i = Text.Utf8(interfaceName, nameof(interfaceName)))
                    ErrorData.Check(Native.wst_ptp_config_add_port(Handle, (IntPtr)i, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return this;
        }

        /// <summary>Sets an option of one port.</summary>
        public unsafe PtpConfig SetPort(string interfaceName, string name, string value)
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* i = Text.Utf8(interfaceName, nameof(interfaceName)), n = Text.Utf8(name, nameof(name)),
                       v = Text.Utf8(value, nameof(value)))
                    ErrorData.Check(Native.wst_ptp_config_set_port(Handle, (IntPtr)i, (IntPtr)n, (IntPtr)v, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return this;
        }

        /// <summary>An option as text; of the clock if no interface is named.</summary>
        public unsafe string Get(string name, string? interfaceName = null)
        {
            ErrorData error;
            Enter();
            try
            {
                for (uint size = 256;;)
                {
                    uint length;
                    var buffer = new byte[size];
                    fixed (byte* n = Text.Utf8(name, nameof(name)), i = interfaceName == null ? null : Text.Utf8(interfaceName, nameof(interfaceName)),
                           text = buffer)
                    {
                        int status = Native.wst_ptp_config_get(Handle, (IntPtr)i, (IntPtr)n, (IntPtr)text, size, (IntPtr)(&length),
                                                               ErrorData.Prepare(&error));
                        if (status == (int)Status.Limit)
                        {
                            size = length + 1;
                            continue;
                        }
                        ErrorData.Check(status, &error);
                        return Text.Read(text, (int)size);
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>Reads a configuration file of ptp4l as it is. All or nothing.</summary>
        public unsafe PtpConfig ReadFile(string path)
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* p = Text.Utf8(path, nameof(path)))
                    ErrorData.Check(Native.wst_ptp_config_read_file(Handle, (IntPtr)p, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return this;
        }

        /// <summary>The same from memory; <paramref name="name"/> is what error messages call it.</summary>
        public unsafe PtpConfig ReadText(string text, string name = "text")
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* t = Text.Utf8(text, nameof(text)), n = Text.Utf8(name, nameof(name)))
                    ErrorData.Check(Native.wst_ptp_config_read_text(Handle, (IntPtr)t, (IntPtr)n, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return this;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct OptionData
        {
            internal uint structSize;
            internal uint scope;
            internal IntPtr name;
            internal IntPtr defaultValue;
            internal IntPtr allowed;
            internal IntPtr unit;
            internal IntPtr description;
        }

        /// <summary>All options that there are.</summary>
        public static unsafe IReadOnlyList<PtpOption> Options
        {
            get
            {
                Library.Demand();
                var all = new List<PtpOption>();
                OptionData data;
                data.structSize = (uint)sizeof(OptionData);
                while (Native.wst_ptp_option_at((uint)all.Count, (IntPtr)(&data), IntPtr.Zero) == 0)
                    all.Add(new PtpOption(Text.Read(data.name), Text.Read(data.defaultValue), Text.Read(data.allowed), Text.Read(data.unit),
                                          Text.Read(data.description), data.scope == 2));
                return all;
            }
        }
    }

    /// <summary>
    /// A PTP clock (IEEE 1588-2019) inside this process. It sends nothing before <see cref="Start"/>, and touches no clock of the system
    /// unless its configuration says so.
    /// </summary>
    public sealed class PtpClock : NativeObject
    {
        private readonly Context context;
        private readonly object sources = new object();
        private readonly Dictionary<EventTypes, Subscription> subscribed = new Dictionary<EventTypes, Subscription>();

        /// <summary>Opens a clock: finds its interfaces and opens its sockets.</summary>
        /// <exception cref="WirestampException"><see cref="Status.Permission"/> and others; the message says what helps</exception>
        public unsafe PtpClock(Context context, PtpConfig config) : base(context ?? throw new ArgumentNullException(nameof(context)))
        {
            if (config == null)
                throw new ArgumentNullException(nameof(config));
            this.context = context;
            IntPtr opened;
            ErrorData error;
            int status;
            config.Enter();
            try
            {
                context.Enter();
                status = Native.wst_ptp_open(context.Handle, config.Handle, (IntPtr)(&opened), ErrorData.Prepare(&error));
                if (status != 0)
                    context.Exit();
            }
            finally
            {
                config.Exit();
            }
            ErrorData.Check(status, &error);
            Opened(opened);
        }

        internal override void Close(IntPtr closing) => Native.wst_ptp_close(closing, IntPtr.Zero);

        internal override void Leave()
        {
            Subscription[] all;
            lock (sources)
            {
                all = new Subscription[subscribed.Count];
                subscribed.Values.CopyTo(all, 0);
                subscribed.Clear();
            }
            foreach (Subscription each in all)
                each.Dispose();
        }

        /// <summary>A handler of the events below. They run as <see cref="Context"/> says.</summary>
        public delegate void Handler<T>(PtpClock clock, T happened);

        private Handler<PtpPortStateChange>? portStateChanged;
        private Handler<PtpBestMaster>? bestMasterChanged;
        private Handler<PtpOffset>? offsetMeasured;
        private Handler<PtpClockStateChange>? clockStateChanged;
        private Handler<PtpFault>? faultOccurred;
        private Handler<PtpClockStep>? stepping;
        private Handler<PtpSystemClock>? systemClockCompared;
        private Handler<PtpDisagreement>? disagreed;

        private void Listen(EventTypes type, EventHandler handler)
        {
            if (!subscribed.ContainsKey(type))
                subscribed[type] = context.Subscribe(handler, type, this);
        }

        /// <summary>A port changed its state.</summary>
        public event Handler<PtpPortStateChange> PortStateChanged
        {
            add
            {
                lock (sources)
                {
                    portStateChanged += value;
                    Listen(EventTypes.PtpPortState, (in Event happened) => portStateChanged?.Invoke(this, happened.PtpPortState));
                }
            }
            remove
            {
                lock (sources)
                    portStateChanged -= value;
            }
        }

        /// <summary>Another best master was chosen.</summary>
        public event Handler<PtpBestMaster> BestMasterChanged
        {
            add
            {
                lock (sources)
                {
                    bestMasterChanged += value;
                    Listen(EventTypes.PtpBestMaster, (in Event happened) => bestMasterChanged?.Invoke(this, happened.PtpBestMaster));
                }
            }
            remove
            {
                lock (sources)
                    bestMasterChanged -= value;
            }
        }

        /// <summary>An offset was measured.</summary>
        public event Handler<PtpOffset> OffsetMeasured
        {
            add
            {
                lock (sources)
                {
                    offsetMeasured += value;
                    Listen(EventTypes.PtpOffset, (in Event happened) => offsetMeasured?.Invoke(this, happened.PtpOffset));
                }
            }
            remove
            {
                lock (sources)
                    offsetMeasured -= value;
            }
        }

        /// <summary>Free-running, acquiring, locked, holdover.</summary>
        public event Handler<PtpClockStateChange> ClockStateChanged
        {
            add
            {
                lock (sources)
                {
                    clockStateChanged += value;
                    Listen(EventTypes.PtpClockState, (in Event happened) => clockStateChanged?.Invoke(this, happened.PtpClockState));
                }
            }
            remove
            {
                lock (sources)
                    clockStateChanged -= value;
            }
        }

        /// <summary>Something went wrong.</summary>
        public event Handler<PtpFault> FaultOccurred
        {
            add
            {
                lock (sources)
                {
                    faultOccurred += value;
                    Listen(EventTypes.PtpFault, (in Event happened) => faultOccurred?.Invoke(this, happened.PtpFault));
                }
            }
            remove
            {
                lock (sources)
                    faultOccurred -= value;
            }
        }

        /// <summary>
        /// A clock is stepped. The step waits for a handler only where it runs inside the call that drives the context (caller-driven,
        /// simulated); elsewhere it may have been made already.
        /// </summary>
        public event Handler<PtpClockStep> Stepping
        {
            add
            {
                lock (sources)
                {
                    stepping += value;
                    Listen(EventTypes.PtpClockStep, (in Event happened) => stepping?.Invoke(this, happened.PtpClockStep));
                }
            }
            remove
            {
                lock (sources)
                    stepping -= value;
            }
        }

        /// <summary>The system's clock, which is steered, was compared with PTP time.</summary>
        public event Handler<PtpSystemClock> SystemClockCompared
        {
            add
            {
                lock (sources)
                {
                    systemClockCompared += value;
                    Listen(EventTypes.PtpSystemClock, (in Event happened) => systemClockCompared?.Invoke(this, happened.PtpSystemClock));
                }
            }
            remove
            {
                lock (sources)
                    systemClockCompared -= value;
            }
        }

        /// <summary>This clock and others of the context exclude each other, or do so no more.</summary>
        public event Handler<PtpDisagreement> Disagreed
        {
            add
            {
                lock (sources)
                {
                    disagreed += value;
                    Listen(EventTypes.PtpDisagreement, (in Event happened) => disagreed?.Invoke(this, happened.PtpDisagreement));
                }
            }
            remove
            {
                lock (sources)
                    disagreed -= value;
            }
        }

        /// <summary>Begins to listen and, by the best master clock algorithm, to send.</summary>
        public unsafe void Start()
        {
            ErrorData error;
            Enter();
            int status = Native.wst_ptp_start(Handle, ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
        }

        /// <summary>Falls silent, keeps its time (holdover).</summary>
        public unsafe void Stop()
        {
            ErrorData error;
            Enter();
            int status = Native.wst_ptp_stop(Handle, ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
        }

        /// <summary>Changes an option that can change at run time.</summary>
        public unsafe void Set(string name, string value)
        {
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* n = Text.Utf8(name, nameof(name)), v = Text.Utf8(value, nameof(value)))
                    ErrorData.Check(Native.wst_ptp_set(Handle, (IntPtr)n, (IntPtr)v, ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>PTP time now, with its interval. No lock, no allocation.</summary>
        public unsafe PtpTime Now
        {
            get
            {
                var time = new PtpTime((uint)sizeof(PtpTime));
                Enter();
                int status = Native.wst_ptp_now(Handle, (IntPtr)(&time), IntPtr.Zero);
                Exit();
                if (status != 0)
                    throw new WirestampException(status, 0, "");
                return time;
            }
        }

        /// <summary>PTP time of an instant given on another clock.</summary>
        public unsafe PtpTime Convert(Clock clock, long value)
        {
            var time = new PtpTime((uint)sizeof(PtpTime));
            ErrorData error;
            Enter();
            int status = Native.wst_ptp_convert(Handle, (uint)clock, value, (IntPtr)(&time), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return time;
        }

        /// <summary>PTP time of a packet's stamp.</summary>
        public PtpTime Convert(Timestamp stamp) => Convert(stamp.Clock, stamp.Value);

        private delegate int Question(IntPtr clock, long time, IntPtr answer, IntPtr error);
        private static readonly Question after = Native.wst_ptp_after;
        private static readonly Question before = Native.wst_ptp_before;

        private unsafe bool? Ask(Question question, long ptpTime)
        {
            uint answer;
            ErrorData error;
            Enter();
            int status = question(Handle, ptpTime, (IntPtr)(&answer), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return answer == 2 ? default(bool?) : answer == 1;
        }

        /// <summary>Whether true time is past a PTP time now; null: that lies within the bounds of now, ask again or wait.</summary>
        public bool? IsAfter(long ptpTime) => Ask(after, ptpTime);

        /// <summary>Whether true time has not yet come to a PTP time; null: that lies within the bounds of now, ask again or wait.</summary>
        public bool? IsBefore(long ptpTime) => Ask(before, ptpTime);

        /// <summary>Compares the PTP clocks of the context now.</summary>
        /// <exception cref="WirestampException"><see cref="Wirestamp.Status.WouldBlock"/>: this clock has no bound yet, or follows no PTP timescale</exception>
        public unsafe PtpAgreement GetAgreement()
        {
            var found = new PtpAgreement((uint)sizeof(PtpAgreement));
            ErrorData error;
            Enter();
            int status = Native.wst_ptp_agreement_get(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return found;
        }

        /// <summary>Data sets and what the clock makes of them.</summary>
        public unsafe PtpStatus Status
        {
            get
            {
                var found = new PtpStatus((uint)sizeof(PtpStatus));
                ErrorData error;
                Enter();
                int status = Native.wst_ptp_status_get(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }

        /// <summary>One port, from 1.</summary>
        /// <exception cref="WirestampException"><see cref="Wirestamp.Status.NotFound"/> past the last</exception>
        public unsafe PtpPortStatus GetPortStatus(int portNumber)
        {
            var found = new PtpPortStatus((uint)sizeof(PtpPortStatus));
            ErrorData error;
            Enter();
            int status = Native.wst_ptp_port_status_get(Handle, checked((uint)portNumber), (IntPtr)(&found), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return found;
        }

        /// <summary>Waits until the clock is in a state, such as <see cref="PtpClockState.Locked"/>.</summary>
        /// <remarks>On a simulated network somebody else must let time pass meanwhile.</remarks>
        public async Task WaitForAsync(PtpClockState state, CancellationToken cancellation = default)
        {
            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using (context.Subscribe((in Event happened) =>
                   {
                       if (happened.PtpClockState.NewState == state)
                           reached.TrySetResult(true);
                   }, EventTypes.PtpClockState, this))
            using (cancellation.Register(() => reached.TrySetCanceled()))
            {
                if (Status.ClockState == state)
                    return;
                await reached.Task.ConfigureAwait(false);
            }
        }
    }
}
