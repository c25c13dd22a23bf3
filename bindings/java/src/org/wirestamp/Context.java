// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What everything else lives in: on the system that the program runs on, or on a host of a {@link Simulation}. It has a thread of
 * its own, on which listeners run, unless it is driven by its caller or simulated.
 *
 * <p>Any method may be called from any thread, also inside a listener, unless it says otherwise.
 */
public final class Context extends NativeObject {
    /** How a context is made. */
    public static final class Options {
        private boolean callerDriven;
        private int eventQueueCapacity;
        private int logLevel;
        private BiConsumer<Integer, String> log;
        private Consumer<Throwable> failureHandler;
        private long seed;
        private Simulation simulation;
        private String host;

        /**
         * No thread of the library's own: {@link #run} drives the context.
         *
         * @return this
         */
        public Options callerDriven() {
            callerDriven = true;
            return this;
        }

        /**
         * @param events kept for {@link Context#nextEvent}
         * @return this
         */
        public Options eventQueueCapacity(int events) {
            eventQueueCapacity = events;
            return this;
        }

        /**
         * @param level as syslog's: 3 errors to 7 all
         * @param lines takes level and text, on any thread; it must not call back into the context
         * @return this
         */
        public Options log(int level, BiConsumer<Integer, String> lines) {
            logLevel = level;
            log = lines;
            return this;
        }

        /**
         * @param handler takes what listeners throw; without, their thread's uncaught exception handler does.
         * @return this
         */
        public Options onListenerFailure(Consumer<Throwable> handler) {
            failureHandler = handler;
            return this;
        }

        /**
         * @param number for what PTP wants random; 0: taken from the system.
         * @return this
         */
        public Options seed(long number) {
            seed = number;
            return this;
        }

        /**
         * @param network to live on
         * @param name of a host there
         * @return this
         */
        public Options simulated(Simulation network, String name) {
            simulation = network;
            host = name;
            return this;
        }
    }

    final Consumer<Throwable> failureHandler;
    volatile Thread callbackThread;
    private final ConcurrentHashMap<Long, NativeObject> objects = new ConcurrentHashMap<>();
    private final LogReceiver log;

    /** A context on the system, with a thread of its own. */
    public Context() {
        this(new Options());
    }

    /** @param options how it is made */
    public Context(Options options) {
        failureHandler = options.failureHandler;
        BiConsumer<Integer, String> lines = options.log;
        log = lines == null ? null : new LogReceiver() {
            @Override
            public void line(int level, String text) {
                try {
                    lines.accept(level, text);
                } catch (Throwable failure) {
                    // Nothing may pass into C.
                }
            }
        };
        long network = options.simulation == null ? 0 : options.simulation.acquire();
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_context_options.SIZE);
            s.bytes.putInt(in + Abi.wst_context_options.flags, options.callerDriven ? Abi.WST_CONTEXT_CALLER_DRIVEN : 0);
            s.bytes.putInt(in + Abi.wst_context_options.event_queue_capacity, options.eventQueueCapacity);
            s.bytes.putInt(in + Abi.wst_context_options.log_level, options.logLevel);
            if (log != null) {
                s.bytes.putLong(in + Abi.wst_context_options.log, LogReceiver.log_function());
                s.bytes.putLong(in + Abi.wst_context_options.log_user, LogReceiver.getCPtr(log));
            }
            s.bytes.putLong(in + Abi.wst_context_options.simulation, network);
            s.bytes.putLong(in + Abi.wst_context_options.simulation_host, s.text(options.host));
            s.bytes.putLong(in + Abi.wst_context_options.seed, options.seed);
            int out = s.room(8);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_context_create(s.address(in), s.address(out), s.address(error)), error);
            handle = s.bytes.getLong(out);
        } catch (RuntimeException failure) {
            if (log != null) {
                log.delete();
            }
            throw failure;
        } finally {
            if (options.simulation != null) {
                options.simulation.release();
            }
        }
    }

    /**
     * Ends the context and everything in it. Waits for listeners and calls that run.
     *
     * @throws WirestampException {@link Status#WOULD_DEADLOCK} inside a listener of this context; nothing was changed then
     */
    @Override
    public void close() {
        if (isClosed()) {
            return;
        }
        if (callbackThread == Thread.currentThread()) {
            throw new WirestampException(Status.WOULD_DEADLOCK, 0,
                    "a context cannot be closed inside a listener of its own; close it on another thread");
        }
        for (NativeObject object : objects.values()) {
            object.close();
        }
        super.close();
    }

    @Override
    int closeHandle(long handle, long error) {
        return Native.wst_context_close(handle, error);
    }

    @Override
    void afterClose() {
        if (log != null) {
            log.delete();
        }
    }

    /** Makes an object of this context; what it calls writes a handle to {@code out}. */
    interface Open {
        int run(Scratch scratch, long out, long context, long error);
    }

    long open(Open open) {
        try (Scratch s = Scratch.open()) {
            int out = s.room(8);
            call(s, (h, e) -> open.run(s, s.address(out), h, e));
            return s.bytes.getLong(out);
        }
    }

    void adopt(NativeObject object) {
        objects.put(object.handle, object);
        if (isClosed()) {
            object.close(); // the context was closed meanwhile, and did not know of this one
        }
    }

    void disown(NativeObject object) {
        objects.remove(object.handle, object);
    }

    NativeObject object(long handle) {
        return handle == 0 ? null : objects.get(handle);
    }

    // Interfaces

    /** @return all interfaces, ordered by index */
    public List<Interface> interfaces() {
        try (Scratch s = Scratch.open()) {
            int count = s.room(8);
            for (int capacity = 32; ; capacity = s.bytes.getInt(count) + 8) {
                int at = s.output(Abi.wst_interface.SIZE * capacity);
                s.bytes.putInt(at, Abi.wst_interface.SIZE);
                int room = capacity;
                if (callUnless(Abi.WST_E_LIMIT,
                        (h, e) -> Native.wst_interface_list(h, s.address(at), room, s.address(count), e))) {
                    List<Interface> found = new ArrayList<>();
                    for (int i = 0; i < s.bytes.getInt(count); i++) {
                        found.add(Interface.read(s.bytes, at + i * Abi.wst_interface.SIZE));
                    }
                    return found;
                }
            }
        }
    }

    /**
     * @param key name, alternative name, friendly name, decimal index or hexadecimal id, in this order
     * @return the interface
     * @throws WirestampException {@link Status#NOT_FOUND}, with a message that lists what there is
     */
    public Interface find(String key) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_interface.SIZE);
            call(s, (h, e) -> Native.wst_interface_find(h, key, s.address(out), e));
            return Interface.read(s.bytes, out);
        }
    }

    /**
     * @param id of an interface
     * @return how it is now
     */
    public Interface find(long id) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_interface.SIZE);
            call(s, (h, e) -> Native.wst_interface_get(h, id, s.address(out), e));
            return Interface.read(s.bytes, out);
        }
    }

    /**
     * @param adapter of which
     * @return its IP addresses
     */
    public List<InterfaceAddress> addresses(Interface adapter) {
        try (Scratch s = Scratch.open()) {
            int count = s.room(8);
            for (int capacity = 64; ; capacity = s.bytes.getInt(count) + 8) {
                int at = s.raw(Abi.wst_interface_address.SIZE * capacity);
                int room = capacity;
                if (callUnless(Abi.WST_E_LIMIT,
                        (h, e) -> Native.wst_interface_addresses(h, adapter.id(), s.address(at), room, s.address(count), e))) {
                    List<InterfaceAddress> found = new ArrayList<>();
                    for (int i = 0; i < s.bytes.getInt(count); i++) {
                        int one = at + i * Abi.wst_interface_address.SIZE;
                        found.add(new InterfaceAddress(Addresses.read(s.bytes, one),
                                s.bytes.getInt(one + Abi.wst_interface_address.prefix_length)));
                    }
                    return found;
                }
            }
        }
    }

    // Capabilities

    /**
     * @param adapter which
     * @return what it could stamp if it were asked to
     */
    public Capabilities supported(Interface adapter) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_capabilities.SIZE);
            call(s, (h, e) -> Native.wst_capabilities_supported(h, adapter.id(), 0, s.address(out), e));
            return Capabilities.read(s.bytes, out);
        }
    }

    /**
     * @param adapter which
     * @return what it stamps now, whoever turned it on
     */
    public Capabilities active(Interface adapter) {
        return active(adapter, false);
    }

    /**
     * @param adapter which
     * @param strict Windows' rule: where hardware stamps are active, software ones are told as not
     * @return what it stamps now, whoever turned it on
     */
    public Capabilities active(Interface adapter, boolean strict) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_capabilities.SIZE);
            int flags = strict ? Abi.WST_CAPABILITIES_STRICT : 0;
            call(s, (h, e) -> Native.wst_capabilities_active(h, adapter.id(), flags, s.address(out), e));
            return Capabilities.read(s.bytes, out);
        }
    }

    /**
     * Turns hardware stamps of PTP event messages on in both directions. As {@link #enable(Interface, StampLevel, boolean)}.
     *
     * @param adapter which
     * @return what is active now, as the driver granted it
     */
    public Capabilities enable(Interface adapter) {
        return enable(adapter, StampLevel.EVENT_MESSAGES, true);
    }

    /**
     * Turns hardware stamps of an adapter on, for everybody on the host. Undone by {@link #restore} or {@link #close}.
     *
     * @param adapter which
     * @param receive which received packets to stamp
     * @param transmit whether to stamp packets that a socket marks
     * @return what is active now, as the driver granted it
     */
    public Capabilities enable(Interface adapter, StampLevel receive, boolean transmit) {
        return enable(adapter, receive.ordinal(), transmit);
    }

    /**
     * As {@link #enable}, and on Linux a process is started beside this one that undoes it if this one is killed. It is a copy of
     * this process, with the memory that was there: ask for it early.
     *
     * @param adapter which
     * @param receive which received packets to stamp
     * @param transmit whether to stamp packets that a socket marks
     * @return what is active now, as the driver granted it
     */
    public Capabilities enableGuarded(Interface adapter, StampLevel receive, boolean transmit) {
        return enable(adapter, receive.ordinal(), transmit, Abi.WST_ENABLE_GUARDED);
    }

    Capabilities enable(Interface adapter, int receive, boolean transmit) {
        return enable(adapter, receive, transmit, 0);
    }

    private Capabilities enable(Interface adapter, int receive, boolean transmit, int flags) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_enable_options.SIZE);
            s.bytes.putInt(in + Abi.wst_enable_options.receive, receive);
            s.bytes.putInt(in + Abi.wst_enable_options.transmit, transmit ? 1 : 0);
            s.bytes.putInt(in + Abi.wst_enable_options.flags, flags);
            int out = s.output(Abi.wst_capabilities.SIZE);
            call(s, (h, e) -> Native.wst_capabilities_enable(h, adapter.id(), s.address(in), s.address(out), e));
            return Capabilities.read(s.bytes, out);
        }
    }

    /**
     * Gives up one {@link #enable}.
     *
     * @param adapter which
     */
    public void restore(Interface adapter) {
        call((h, e) -> Native.wst_capabilities_restore(h, adapter.id(), e));
    }

    // Clocks

    /**
     * @param clock a system clock
     * @return its value, ns
     */
    public long read(Clock clock) {
        return read(clock.code, 0);
    }

    /**
     * @param adapter which
     * @return value of its hardware clock, ns
     */
    public long readDevice(Interface adapter) {
        return read(Abi.WST_CLOCK_DEVICE, adapter.id());
    }

    long read(int clock, long id) {
        try (Scratch s = Scratch.open()) {
            int out = s.raw(8);
            call(s, (h, e) -> Native.wst_clock_read(h, clock, id, s.address(out), e));
            return s.bytes.getLong(out);
        }
    }

    /**
     * @param adapter which
     * @return its clock against MONOTONIC_RAW, the narrowest of five readings
     */
    public CrossTimestamp crossTimestamp(Interface adapter) {
        return crossTimestamp(adapter, Clock.MONOTONIC_RAW, 5);
    }

    /**
     * @param adapter which
     * @param systemClock against what
     * @param samples the narrowest of so many readings, 1 to 25
     * @return its clock against that one
     */
    public CrossTimestamp crossTimestamp(Interface adapter, Clock systemClock, int samples) {
        return crossTimestamp(adapter.id(), systemClock.code, samples);
    }

    CrossTimestamp crossTimestamp(long id, int systemClock, int samples) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_cross_timestamp.SIZE);
            call(s, (h, e) -> Native.wst_cross_timestamp_get(h, id, systemClock, samples, s.address(out), e));
            return CrossTimestamp.read(s.bytes, out);
        }
    }

    /**
     * @param options what to correlate
     * @return a correlation at work
     */
    public Correlation correlate(Correlation.Options options) {
        return new Correlation(this, options);
    }

    // Objects

    /**
     * @param options how
     * @return an open socket
     */
    public TimestampSocket openSocket(TimestampSocket.Options options) {
        return new TimestampSocket(this, options);
    }

    /**
     * @param config copied
     * @return a PTP clock, not started yet
     */
    public Ptp openPtp(PtpConfig config) {
        return new Ptp(this, config);
    }

    // Events

    /**
     * @param listener takes all events of this context
     * @return the subscription
     */
    public Subscription subscribe(EventListener listener) {
        return subscribe(null, null, listener);
    }

    /**
     * @param types wanted; null: all
     * @param object only events about this one; null: of the whole context
     * @param listener takes them
     * @return the subscription
     */
    public Subscription subscribe(Set<EventType> types, NativeObject object, EventListener listener) {
        long[] id = new long[1];
        try (Scratch s = Scratch.open()) {
            int in = filter(s, types, object);
            int out = s.room(8);
            Delivery.start(this, listener, (function, user, release, e) -> Native.wst_subscribe(handle, s.address(in), function,
                    user, release, s.address(out), e));
            id[0] = s.bytes.getLong(out);
        }
        return new Subscription(this, id[0]);
    }

    /**
     * Asks for events to be kept for {@link #nextEvent} instead of a listener.
     *
     * @param types wanted; null: all
     * @param object only events about this one; null: of the whole context
     * @return the subscription
     */
    public Subscription subscribeQueue(Set<EventType> types, NativeObject object) {
        try (Scratch s = Scratch.open()) {
            int in = filter(s, types, object);
            int out = s.room(8);
            call(s, (h, e) -> Native.wst_subscribe(h, s.address(in), 0, 0, 0, s.address(out), e));
            return new Subscription(this, s.bytes.getLong(out));
        }
    }

    private static int filter(Scratch s, Set<EventType> types, NativeObject object) {
        int in = s.input(Abi.wst_subscribe_options.SIZE);
        long mask = 0;
        if (types != null) {
            for (EventType type : types) {
                mask |= 1L << type.code;
            }
        }
        s.bytes.putLong(in + Abi.wst_subscribe_options.events, mask);
        s.bytes.putLong(in + Abi.wst_subscribe_options.object, object == null ? 0 : object.handle);
        return in;
    }

    /**
     * Asks for notices when interfaces, their link or what they stamp changes.
     *
     * @param adapter which; null: all, also future ones
     * @param interval longest time until a change that the kernel does not announce is found; at least 50 ms; null: 1 s
     * @param listener takes what changed
     * @return the subscription
     */
    public Subscription watch(Interface adapter, Duration interval, Consumer<InterfaceChange> listener) {
        EventListener events = event -> {
            if (event instanceof Event.OfInterface change) {
                listener.accept(change.change());
            }
        };
        try (Scratch s = Scratch.open()) {
            int in = watching(s, adapter, 0, interval);
            int out = s.room(8);
            Delivery.start(this, events, (function, user, release, e) -> Native.wst_watch(handle, s.address(in), function, user,
                    release, s.address(out), e));
            return new Subscription(this, s.bytes.getLong(out));
        }
    }

    /**
     * As {@link #watch(Interface, Duration, Consumer)}, but the notices are kept for {@link #nextEvent}.
     *
     * @param adapter which; null: all, also future ones
     * @param reasons bits as in {@link InterfaceChange#reasons}; 0: all
     * @param interval null: 1 s
     * @return the subscription
     */
    public Subscription watchQueue(Interface adapter, int reasons, Duration interval) {
        try (Scratch s = Scratch.open()) {
            int in = watching(s, adapter, reasons, interval);
            int out = s.room(8);
            call(s, (h, e) -> Native.wst_watch(h, s.address(in), 0, 0, 0, s.address(out), e));
            return new Subscription(this, s.bytes.getLong(out));
        }
    }

    private static int watching(Scratch s, Interface adapter, int reasons, Duration interval) {
        int in = s.input(Abi.wst_watch_options.SIZE);
        s.bytes.putInt(in + Abi.wst_watch_options.reasons, reasons);
        s.bytes.putLong(in + Abi.wst_watch_options.interface_id, adapter == null ? 0 : adapter.id());
        s.bytes.putInt(in + Abi.wst_watch_options.poll_interval_ms, interval == null ? 0 : Math.toIntExact(interval.toMillis()));
        return in;
    }

    /**
     * @param listener takes every change of any interface
     * @return the subscription
     */
    public Subscription watch(Consumer<InterfaceChange> listener) {
        return watch(null, null, listener);
    }

    void unsubscribe(long id) {
        call((h, e) -> Native.wst_unsubscribe(h, id, e));
    }

    /**
     * Takes the oldest event that {@link #subscribeQueue} kept, waiting for one if there is none. Serves a simulated or
     * caller-driven context while it waits.
     *
     * @param timeout null waits without limit
     * @return null when the time was up
     */
    public Event nextEvent(Duration timeout) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_event.SIZE);
            ByteBuffer bytes = s.bytes;
            boolean came = await(Times.nanos(timeout), (h, nanos, e) -> {
                bytes.putInt(out, Abi.wst_event.SIZE);
                return Native.wst_event_wait(h, (int) ((nanos + 999_999) / 1_000_000), s.address(out), e);
            });
            return came ? EventReader.read(this, bytes, out) : null;
        }
    }

    /**
     * Drives a caller-driven or simulated context; its listeners run on this thread.
     *
     * @param timeout null: until something happens
     * @return false when the time was up before anything happened
     */
    public boolean run(Duration timeout) {
        return await(Times.nanos(timeout), (h, nanos, e) -> Native.wst_context_run(h, nanos, e));
    }

    /** @return in what time a caller-driven context next has something to do on its own; empty: nothing is due */
    public Optional<Duration> nextDeadline() {
        try (Scratch s = Scratch.open()) {
            int out = s.room(8);
            call(s, (h, e) -> Native.wst_context_next_deadline(h, s.address(out), e));
            long nanos = s.bytes.getLong(out);
            return nanos == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
        }
    }
}
