// SPDX-License-Identifier: Apache-2.0
//
// Events of a context, as they reach handlers, async streams, and those who take them themselves.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
#if !MONO
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
#endif

namespace Wirestamp
{
    /// <summary>A handler threw.</summary>
    public sealed class HandlerFailedEventArgs : EventArgs
    {
        internal HandlerFailedEventArgs(Exception failure)
        {
            Failure = failure;
        }
        /// <summary>What it threw.</summary>
        public Exception Failure { get; }
    }

    public sealed partial class Context
    {
        private readonly object subscribing = new object();
        private readonly Dictionary<ulong, Subscription> subscriptions = new Dictionary<ulong, Subscription>();
        private Thread? pump;
        private System.EventHandler<InterfaceChange>? interfaceChanged;
        private Subscription? watching;
        private int failures;

        /// <summary>A handler threw. It runs on again with the next event. Raised on the handler's thread.</summary>
        public event System.EventHandler<HandlerFailedEventArgs>? HandlerFailed;
        /// <summary>How many handlers have thrown.</summary>
        public int HandlerFailures => Volatile.Read(ref failures);

        /// <summary>Something about an interface changed. Watching begins with the first handler and ends with the last.</summary>
        public event System.EventHandler<InterfaceChange> InterfaceChanged
        {
            add
            {
                lock (subscriptions)
                {
                    interfaceChanged += value;
                    if (watching == null)
                        watching = Watch(change => interfaceChanged?.Invoke(this, change));
                }
            }
            remove
            {
                Subscription? last = null;
                lock (subscriptions)
                {
                    interfaceChanged -= value;
                    if (interfaceChanged == null)
                    {
                        last = watching;
                        watching = null;
                    }
                }
                last?.Dispose();
            }
        }

        /// <summary>Calls a handler with every event of these types.</summary>
        /// <param name="handler">see <see cref="Context"/> for where it runs</param>
        /// <param name="types">which</param>
        /// <param name="about">only events about this socket, clock or correlation; null: of the whole context</param>
        public Subscription Subscribe(EventHandler handler, EventTypes types = EventTypes.All, NativeObject? about = null) =>
            Begin(new Subscription(this, handler ?? throw new ArgumentNullException(nameof(handler))), types, about, null);

        /// <summary>Collects events for <see cref="TryTakeEvent"/>.</summary>
        public Subscription SubscribeQueue(EventTypes types = EventTypes.All, NativeObject? about = null) =>
            Begin(new Subscription(this, null), types, about, null);

        /// <summary>Calls a handler with every change of interfaces.</summary>
        public Subscription Watch(Action<InterfaceChange> handler, WatchOptions? options = null)
        {
            if (handler == null)
                throw new ArgumentNullException(nameof(handler));
            return Begin(new Subscription(this, (in Event happened) => handler(happened.InterfaceChange)), 0, null,
                         options ?? new WatchOptions());
        }

        /// <summary>Collects changes of interfaces for <see cref="TryTakeEvent"/>.</summary>
        public Subscription WatchQueue(WatchOptions? options = null) =>
            Begin(new Subscription(this, null), 0, null, options ?? new WatchOptions());

        private unsafe Subscription Begin(Subscription subscription, EventTypes types, NativeObject? about, WatchOptions? watched)
        {
            ErrorData error;
            Enter();
            about?.Enter();
            GCHandle root = default;
            try
            {
                IntPtr fn = IntPtr.Zero, user = IntPtr.Zero, release = IntPtr.Zero;
                if (driven && subscription.HasHandler)
                {
                    // Inside the call that drives the context, at the moment (also the virtual one) that it happens.
                    root = GCHandle.Alloc(subscription);
                    fn = EventReceiver.Function;
                    user = GCHandle.ToIntPtr(root);
                    release = EventReceiver.Release;
                }
                lock (subscribing) // the library may call before it has returned, and the thread below must know whom to call
                {
                    ulong id;
                    int status;
                    if (watched != null)
                    {
                        WatchOptionsData data = watched.ToData();
                        status = Native.wst_watch(Handle, (IntPtr)(&data), fn, user, release, (IntPtr)(&id), ErrorData.Prepare(&error));
                    }
                    else
                    {
                        ulong* options = stackalloc ulong[3];
                        options[0] = 24;
                        options[1] = (ulong)types;
                        options[2] = about == null ? 0 : (ulong)about.Handle;
                        status = Native.wst_subscribe(Handle, (IntPtr)options, fn, user, release, (IntPtr)(&id), ErrorData.Prepare(&error));
                    }
                    if (status != 0 && root.IsAllocated)
                        root.Free();
                    ErrorData.Check(status, &error);
                    subscription.Id = id;
                    lock (subscriptions)
                        subscriptions[id] = subscription;
                    if (!driven && subscription.HasHandler && pump == null)
                    {
                        pump = new Thread(Pump) { IsBackground = true, Name = "Wirestamp events" };
                        Interlocked.Exchange(ref pumping, 1);
                        pump.Start();
                    }
                }
                return subscription;
            }
            finally
            {
                about?.Exit();
                Exit();
            }
        }

        internal void End(Subscription subscription)
        {
            lock (subscriptions)
            {
                if (!subscriptions.Remove(subscription.Id))
                    return;
            }
            if (!TryEnter())
                return; // with the context all subscriptions end
            try
            {
                Native.wst_unsubscribe(Handle, subscription.Id, IntPtr.Zero);
            }
            finally
            {
                Exit();
            }
        }

        internal void Failed(Exception failure)
        {
            Interlocked.Increment(ref failures);
            try
            {
                HandlerFailed?.Invoke(this, new HandlerFailedEventArgs(failure));
            }
            catch (Exception)
            {
                // who is told of failures and fails has nobody left to tell
            }
        }

        private int pumping;

        /// <summary>
        /// Takes events from the queue and calls their handlers. Being a thread of .NET's, it stands still while the collector works, or
        /// in a slow handler, and the library's own thread does not.
        /// </summary>
        private unsafe void Pump()
        {
            Event happened;
            var patience = (int)(Timeouts.Slice / 1000000);
            while (TryEnter())
            {
                try
                {
                    happened.structSize = (uint)sizeof(Event);
                    if (Native.wst_event_wait(Handle, patience, (IntPtr)(&happened), IntPtr.Zero) == 0)
                        Dispatch(in happened);
                }
                finally
                {
                    Exit();
                }
            }
        }

        private void Dispatch(in Event happened)
        {
            Subscription? wanted;
            bool toAll = happened.Type == EventType.Overflow;
            lock (subscribing)
            {
                lock (subscriptions)
                    subscriptions.TryGetValue(happened.SubscriptionId, out wanted);
            }
            if (wanted != null)
            {
                wanted.Deliver(in happened);
                return;
            }
            if (!toAll)
                return;
            Subscription[] all;
            lock (subscriptions)
            {
                all = new Subscription[subscriptions.Count];
                subscriptions.Values.CopyTo(all, 0);
            }
            foreach (Subscription each in all)
                each.Deliver(in happened);
        }

        /// <summary>
        /// Takes the oldest event of <see cref="SubscribeQueue"/> or <see cref="WatchQueue"/>, waiting for one if there is none. On a
        /// caller-driven or simulated context this also serves the context while it waits.
        /// </summary>
        /// <exception cref="InvalidOperationException">the context has handlers, and its thread takes the events</exception>
        public unsafe bool TryTakeEvent(TimeSpan timeout, out Event happened)
        {
            if (Volatile.Read(ref pumping) != 0)
                throw new InvalidOperationException("events of this context go to its handlers; use a context of its own to take them");
            long ns = Timeouts.Nanoseconds(timeout);
            ErrorData error;
#if NET
            Unsafe.SkipInit(out happened);
#else
            happened = default(Event);
#endif
            Enter();
            try
            {
                fixed (Event* taken = &happened)
                {
                    var deadline = new Deadline(ns, IsSimulated);
                    for (;;)
                    {
                        long piece = deadline.Next(out bool last);
                        long ms = piece < 0 ? -1 : Math.Min(int.MaxValue, (piece + 999999) / 1000000);
                        taken->structSize = (uint)sizeof(Event);
                        int status = Native.wst_event_wait(Handle, (int)ms, (IntPtr)taken, ErrorData.Prepare(&error));
                        if (ErrorData.CheckUnlessLate(status, &error))
                            return true;
                        if (!last && !IsClosing)
                            continue;
                        *taken = default(Event);
                        return false;
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>
        /// A descriptor (on Windows an event) that is readable as long as the queue that <see cref="TryTakeEvent"/> empties holds an event,
        /// for an event loop of the program's own. Do not read, write or close it.
        /// </summary>
        public unsafe IntPtr EventHandle
        {
            get
            {
                IntPtr found;
                ErrorData error;
                Enter();
                int status = Native.wst_event_handle(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }

        /// <summary>
        /// A descriptor that becomes readable when a caller-driven context has something to serve: call <see cref="Run"/> with zero then,
        /// and also when <see cref="NextDeadline"/> has passed. Do not read, write or close it.
        /// </summary>
        /// <exception cref="WirestampException"><see cref="Status.NotSupported"/> where the system has no such descriptor</exception>
        public unsafe IntPtr RunHandle
        {
            get
            {
                IntPtr found;
                ErrorData error;
                Enter();
                int status = Native.wst_context_handle(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }

#if !MONO
        /// <summary>Events as an async stream, until <paramref name="cancellation"/> or the context ends it.</summary>
        public IAsyncEnumerable<Event> EventsAsync(EventTypes types = EventTypes.All, NativeObject? about = null,
                                                   CancellationToken cancellation = default)
        {
            var stream = new AsyncStream<Event>(this);
            return stream.Read(Subscribe((in Event happened) => stream.Add(happened), types, about), cancellation);
        }

        /// <summary>Changes of interfaces as an async stream. Watching begins with this call.</summary>
        public IAsyncEnumerable<InterfaceChange> WatchAsync(WatchOptions? options = null, CancellationToken cancellation = default)
        {
            var stream = new AsyncStream<InterfaceChange>(this);
            return stream.Read(Watch(stream.Add, options), cancellation);
        }
#endif
    }

    /// <summary>What is watched. The default: everything about all interfaces.</summary>
    public sealed class WatchOptions
    {
        /// <summary>Which changes; none: all.</summary>
        public ChangeReasons Reasons { get; set; }
        /// <summary>0: all interfaces, also future ones.</summary>
        public ulong InterfaceId { get; set; }
        /// <summary>Longest time until a change that the kernel does not announce is found; zero: 1 s. At least 50 ms.</summary>
        public TimeSpan PollInterval { get; set; }

        internal unsafe WatchOptionsData ToData() => new WatchOptionsData
        {
            structSize = (uint)sizeof(WatchOptionsData),
            reasons = (uint)Reasons,
            interfaceId = InterfaceId,
            pollIntervalMs = checked((uint)PollInterval.TotalMilliseconds),
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct WatchOptionsData
    {
        internal uint structSize;
        internal uint reasons;
        internal ulong interfaceId;
        internal uint pollIntervalMs;
        internal uint reserved;
    }

    /// <summary>Leads events of a context that is driven to their subscription.</summary>
    internal static class EventReceiver
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private unsafe delegate void EventFunction(IntPtr user, Event* happened);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void ReleaseFunction(IntPtr user);

        private static readonly unsafe EventFunction deliver = Deliver;
        private static readonly ReleaseFunction released = Released;
        internal static readonly IntPtr Function = Marshal.GetFunctionPointerForDelegate(deliver);
        internal static readonly IntPtr Release = Marshal.GetFunctionPointerForDelegate(released);

        private static unsafe void Deliver(IntPtr user, Event* happened) =>
            ((Subscription)GCHandle.FromIntPtr(user).Target!).Deliver(in *happened);

        private static void Released(IntPtr user) => GCHandle.FromIntPtr(user).Free();
    }
}
