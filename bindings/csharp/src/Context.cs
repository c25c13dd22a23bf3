// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace Wirestamp
{
    /// <summary>
    /// What everything lives in: the system that the program runs on, or one host of a simulated network.
    /// <para>
    /// Handlers of a context never overlap. On the system they run on a background thread of this assembly, so that neither they nor
    /// the garbage collector hold up the library's own; in a context that is <see cref="ContextOptions.CallerDriven"/> or simulated they
    /// run inside the call that drives it. A handler that throws ends nothing: see <see cref="HandlerFailed"/>.
    /// </para>
    /// </summary>
    public sealed partial class Context : NativeObject
    {
        private readonly Simulation? simulation;
        private readonly bool driven;
        private GCHandle log;

        /// <summary>On this system, with all defaults.</summary>
        public Context() : this(new ContextOptions())
        {
        }

        /// <summary>On this system.</summary>
        public Context(ContextOptions options) : this(options, null, null)
        {
        }

        /// <summary>On a host of a simulated network.</summary>
        public Context(Simulation simulation, string host, ContextOptions? options = null)
            : this(options ?? new ContextOptions(), simulation ?? throw new ArgumentNullException(nameof(simulation)), host)
        {
        }

        private unsafe Context(ContextOptions options, Simulation? simulation, string? host) : base(null)
        {
            if (options == null)
                throw new ArgumentNullException(nameof(options));
            this.simulation = simulation;
            driven = options.CallerDriven || simulation != null;
            var data = new ContextOptionsData
            {
                structSize = (uint)sizeof(ContextOptionsData),
                flags = options.CallerDriven ? 1u : 0,
                eventQueueCapacity = checked((uint)options.EventQueueCapacity),
                logLevel = (int)options.LogLevel,
                seed = options.Seed,
            };
            if (options.Log != null)
            {
                log = GCHandle.Alloc(options.Log);
                data.log = LogReceiver.Function;
                data.logUser = GCHandle.ToIntPtr(log);
            }
            IntPtr opened = IntPtr.Zero;
            ErrorData error;
            int status;
            if (simulation == null)
            {
                status = Native.wst_context_create((IntPtr)(&data), (IntPtr)(&opened), ErrorData.Prepare(&error));
            }
            else
            {
                simulation.Enter();
                try
                {
                    data.simulation = simulation.Handle;
                    fixed (byte* name = Text.Utf8(host!, nameof(host)))
                    {
                        data.simulationHost = (IntPtr)name;
                        status = Native.wst_context_create((IntPtr)(&data), (IntPtr)(&opened), ErrorData.Prepare(&error));
                    }
                }
                finally
                {
                    simulation.Exit();
                }
            }
            if (status != 0 && log.IsAllocated)
                log.Free();
            ErrorData.Check(status, &error);
            Opened(opened);
        }

        /// <summary>Null: the system.</summary>
        public Simulation? Simulation => simulation;
        internal bool IsSimulated => simulation != null;

        internal override void Close(IntPtr closing)
        {
            // Inside a handler that the library itself called, closing must wait until that has returned.
            if (Native.wst_context_close(closing, IntPtr.Zero) == (int)Status.WouldDeadlock)
                ThreadPool.QueueUserWorkItem(_ => CloseNow(closing));
            else
                Closed();
        }

        private void CloseNow(IntPtr closing)
        {
            Native.wst_context_close(closing, IntPtr.Zero);
            Closed();
        }

        private void Closed()
        {
            if (log.IsAllocated)
                log.Free();
        }

        /// <summary>
        /// Serves a caller-driven or simulated context, and runs its handlers here. Returns early once something happened.
        /// </summary>
        /// <returns>false: the time was up before anything happened</returns>
        public unsafe bool Run(TimeSpan timeout)
        {
            ErrorData error;
            Enter();
            try
            {
                var deadline = new Deadline(Timeouts.Nanoseconds(timeout), IsSimulated);
                for (;;)
                {
                    long piece = deadline.Next(out bool last);
                    int status = Native.wst_context_run(Handle, piece, ErrorData.Prepare(&error));
                    if (ErrorData.CheckUnlessLate(status, &error))
                        return true;
                    if (last || IsClosing)
                        return false;
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>When a caller-driven context next has something to do on its own; null: nothing is due.</summary>
        public unsafe Nanoseconds? NextDeadline
        {
            get
            {
                long ns;
                ErrorData error;
                Enter();
                try
                {
                    ErrorData.Check(Native.wst_context_next_deadline(Handle, (IntPtr)(&ns), ErrorData.Prepare(&error)), &error);
                }
                finally
                {
                    Exit();
                }
                return ns == long.MaxValue ? (Nanoseconds?)null : new Nanoseconds(ns);
            }
        }

        /// <summary>All interfaces, ordered by index.</summary>
        public unsafe IReadOnlyList<InterfaceInfo> GetInterfaces()
        {
            var found = new List<InterfaceInfo>();
            ErrorData error;
            Enter();
            try
            {
                for (uint capacity = 16;;)
                {
                    var all = new InterfaceData[capacity];
                    all[0].structSize = (uint)sizeof(InterfaceData);
                    uint count;
                    fixed (InterfaceData* first = all)
                    {
                        int status = Native.wst_interface_list(Handle, (IntPtr)first, capacity, (IntPtr)(&count), ErrorData.Prepare(&error));
                        if (status == (int)Status.Limit)
                        {
                            capacity = count + 8; // there may be more the next moment
                            continue;
                        }
                        ErrorData.Check(status, &error);
                        for (uint i = 0; i < count; ++i)
                            found.Add(new InterfaceInfo(first + i));
                        return found;
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>One interface, by name, alternative name, friendly name, index or hexadecimal id.</summary>
        /// <exception cref="WirestampException"><see cref="Status.NotFound"/>; the message lists what there is</exception>
        public unsafe InterfaceInfo FindInterface(string key)
        {
            InterfaceData data;
            data.structSize = (uint)sizeof(InterfaceData);
            ErrorData error;
            Enter();
            try
            {
                fixed (byte* utf8 = Text.Utf8(key, nameof(key)))
                    ErrorData.Check(Native.wst_interface_find(Handle, (IntPtr)utf8, (IntPtr)(&data), ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return new InterfaceInfo(&data);
        }

        /// <summary>One interface, by its id.</summary>
        public unsafe InterfaceInfo GetInterface(ulong interfaceId)
        {
            InterfaceData data;
            data.structSize = (uint)sizeof(InterfaceData);
            ErrorData error;
            Enter();
            try
            {
                ErrorData.Check(Native.wst_interface_get(Handle, interfaceId, (IntPtr)(&data), ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return new InterfaceInfo(&data);
        }

        /// <summary>The IP addresses of an interface.</summary>
        public unsafe IReadOnlyList<InterfaceAddress> GetAddresses(ulong interfaceId)
        {
            var found = new List<InterfaceAddress>();
            ErrorData error;
            Enter();
            try
            {
                for (uint capacity = 16;;)
                {
                    var all = new InterfaceAddressData[capacity];
                    uint count;
                    fixed (InterfaceAddressData* first = all)
                    {
                        int status = Native.wst_interface_addresses(Handle, interfaceId, (IntPtr)first, capacity, (IntPtr)(&count),
                                                                    ErrorData.Prepare(&error));
                        if (status == (int)Status.Limit)
                        {
                            capacity = count + 8;
                            continue;
                        }
                        ErrorData.Check(status, &error);
                        for (uint i = 0; i < count; ++i)
                            found.Add(new InterfaceAddress(first[i].address, (int)first[i].prefixLength));
                        return found;
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>What the adapter could stamp if it were asked to.</summary>
        public unsafe Capabilities GetSupportedCapabilities(ulong interfaceId)
        {
            var found = new Capabilities(true);
            ErrorData error;
            Enter();
            try
            {
                ErrorData.Check(Native.wst_capabilities_supported(Handle, interfaceId, 0, (IntPtr)(&found), ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return found;
        }

        /// <summary>What the adapter stamps now, whoever turned it on.</summary>
        /// <param name="interfaceId">whose</param>
        /// <param name="strict">Windows' rule: where hardware stamps are active, software stamps are told as not active</param>
        public unsafe Capabilities GetActiveCapabilities(ulong interfaceId, bool strict = false)
        {
            var found = new Capabilities(true);
            ErrorData error;
            Enter();
            try
            {
                ErrorData.Check(Native.wst_capabilities_active(Handle, interfaceId, strict ? 1u : 0, (IntPtr)(&found),
                                                               ErrorData.Prepare(&error)), &error);
            }
            finally
            {
                Exit();
            }
            return found;
        }

        /// <summary>
        /// Turns hardware stamps on, for everybody on the host, until the result or the context is disposed of.
        /// </summary>
        /// <exception cref="WirestampException"><see cref="Status.Permission"/>, <see cref="Status.NotSupported"/> and others</exception>
        public EnabledStamps EnableStamps(ulong interfaceId, StampLevel receive = StampLevel.EventMessages, bool transmit = true) =>
            new EnabledStamps(this, interfaceId, receive, transmit, false);

        /// <summary>
        /// The same, and on Linux a process is started beside this one that undoes it if this one is killed. It is a copy of this
        /// process, with the memory that was there: ask for it early.
        /// </summary>
        public EnabledStamps EnableStampsGuarded(ulong interfaceId, StampLevel receive = StampLevel.EventMessages, bool transmit = true) =>
            new EnabledStamps(this, interfaceId, receive, transmit, true);

        /// <summary>Reads a clock of the host, or an adapter's.</summary>
        /// <returns>ns of that clock</returns>
        public unsafe long ReadClock(Clock clock, ulong interfaceId = 0)
        {
            long value;
            ErrorData error;
            Enter();
            int status = Native.wst_clock_read(Handle, (uint)clock, interfaceId, (IntPtr)(&value), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return value;
        }

        /// <summary>Reads an adapter's clock against a system clock, by the best method that the driver has.</summary>
        /// <param name="interfaceId">whose</param>
        /// <param name="systemClock"><see cref="Clock.None"/>: <see cref="Clock.MonotonicRaw"/></param>
        /// <param name="samples">the narrowest of so many readings, 1 to 25; 0: 5</param>
        public unsafe CrossTimestamp GetCrossTimestamp(ulong interfaceId, Clock systemClock = Clock.None, int samples = 0)
        {
            CrossTimestamp found = CrossTimestamp.Prepared();
            ErrorData error;
            Enter();
            int status = Native.wst_cross_timestamp_get(Handle, interfaceId, (uint)systemClock, (uint)samples, (IntPtr)(&found),
                                                        ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
            return found;
        }
    }
}
