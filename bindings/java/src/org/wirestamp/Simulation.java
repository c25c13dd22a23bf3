// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A simulated network to run an application on: hosts with clocks and adapters, bridges, links, faults; virtual time; one seed.
 * Make contexts on its hosts ({@link Context.Options#simulated}), and everything else works on them as on the real system.
 *
 * <p>Time passes only while somebody runs the network: {@link #run}, or a call of any context on it that waits. All listeners run
 * on that thread. Close the contexts before the network.
 */
public final class Simulation extends NativeObject {
    /** A host. Without more: a perfect oscillator, no delays. */
    public static final class Host {
        private boolean readOnlyClock;
        private Oscillator oscillator = new Oscillator();
        private long realtimeOffset;
        private long uptime = 100_000_000_000L;
        private int taiOffset = 37;
        private double maximumFrequency;
        private long readLatency = 30;
        private Jitter transmitDelay = Jitter.NONE;
        private Jitter receiveDelay = Jitter.NONE;
        private Jitter wakeDelay = Jitter.NONE;

        /**
         * The system clock cannot be steered.
         *
         * @return this
         */
        public Host readOnlyClock() {
            readOnlyClock = true;
            return this;
        }

        /**
         * @param of all its system clocks
         * @return this
         */
        public Host oscillator(Oscillator of) {
            oscillator = of;
            return this;
        }

        /**
         * @param nanos CLOCK_REALTIME minus UTC at true time 0
         * @return this
         */
        public Host realtimeOffset(long nanos) {
            realtimeOffset = nanos;
            return this;
        }

        /**
         * @param nanos monotonic clocks at true time 0
         * @return this
         */
        public Host uptime(long nanos) {
            uptime = nanos;
            return this;
        }

        /**
         * @param seconds CLOCK_TAI minus CLOCK_REALTIME
         * @return this
         */
        public Host taiOffset(int seconds) {
            taiOffset = seconds;
            return this;
        }

        /**
         * @param ppb that its clock can be steered by at most
         * @return this
         */
        public Host maximumFrequency(double ppb) {
            maximumFrequency = ppb;
            return this;
        }

        /**
         * @param nanos that one read of a system clock takes
         * @return this
         */
        public Host readLatency(long nanos) {
            readLatency = nanos;
            return this;
        }

        /**
         * @param transmit from a send call to the wire
         * @param receive from the wire to the socket
         * @param wake to the code
         * @return this
         */
        public Host delays(Jitter transmit, Jitter receive, Jitter wake) {
            transmitDelay = transmit;
            receiveDelay = receive;
            wakeDelay = wake;
            return this;
        }
    }

    /** An adapter. Without more: without an address, and with every capability. */
    public static final class Adapter {
        int flags;
        private String addresses;
        private String clockOf;
        private Oscillator oscillator = new Oscillator();
        private long clockOffset;
        private long clockFrequency = 1_000_000_000L;
        private double stampNoise;
        private long granularity;
        private long readLatency = 800;
        private double readJitter;
        private double maximumFrequency;
        private CrossMethod crossMethod = CrossMethod.NONE;
        private int hardware = Abi.WST_CAP_HW_ALL;
        private int software = Abi.WST_CAP_SW_ALL;
        private long ingressError;
        private long egressError;
        private Jitter transmitStampDelay = Jitter.NONE;
        private double transmitStampLoss;

        /**
         * @param text IPv4 and IPv6 with prefix length, separated by commas
         * @return this
         */
        public Adapter addresses(String text) {
            addresses = text;
            return this;
        }

        /**
         * @param adapter of the same host that it shares its clock with
         * @return this
         */
        public Adapter clockOf(String adapter) {
            clockOf = adapter;
            return this;
        }

        /**
         * Hardware stamping is on from the start.
         *
         * @return this
         */
        public Adapter stampsEnabled() {
            flags |= Abi.WST_SIMULATION_STAMPS_ENABLED;
            return this;
        }

        /**
         * Its clock cannot be steered.
         *
         * @return this
         */
        public Adapter readOnlyClock() {
            flags |= Abi.WST_SIMULATION_READ_ONLY;
            return this;
        }

        /**
         * It offers no cross-timestamps.
         *
         * @return this
         */
        public Adapter noCrossTimestamp() {
            flags |= Abi.WST_SIMULATION_NO_CROSS_TIMESTAMP;
            return this;
        }

        /**
         * @param of its hardware clock
         * @return this
         */
        public Adapter oscillator(Oscillator of) {
            oscillator = of;
            return this;
        }

        /**
         * @param nanos hardware clock minus TAI at true time 0
         * @return this
         */
        public Adapter clockOffset(long nanos) {
            clockOffset = nanos;
            return this;
        }

        /**
         * @param hertz nominal, for display
         * @return this
         */
        public Adapter clockFrequency(long hertz) {
            clockFrequency = hertz;
            return this;
        }

        /**
         * @param noise standard deviation of each stamp, ns
         * @param step stamps are whole multiples of it, ns
         * @return this
         */
        public Adapter stamps(double noise, long step) {
            stampNoise = noise;
            granularity = step;
            return this;
        }

        /**
         * @param nanos a cross-timestamp takes
         * @param jitter mean of what each half takes longer
         * @param method how
         * @return this
         */
        public Adapter crossTimestamps(long nanos, double jitter, CrossMethod method) {
            readLatency = nanos;
            readJitter = jitter;
            crossMethod = method;
            return this;
        }

        /**
         * @param ppb that its clock can be steered by at most
         * @return this
         */
        public Adapter maximumFrequency(double ppb) {
            maximumFrequency = ppb;
            return this;
        }

        /**
         * @param hardwareFlags as in {@link Capabilities}
         * @param softwareFlags the same
         * @return this
         */
        public Adapter capabilities(int hardwareFlags, int softwareFlags) {
            hardware = hardwareFlags;
            software = softwareFlags;
            return this;
        }

        /**
         * @param ingress added to hardware receive stamps, ns
         * @param egress to transmit stamps
         * @return this
         */
        public Adapter stampErrors(long ingress, long egress) {
            ingressError = ingress;
            egressError = egress;
            return this;
        }

        /**
         * @param delay from the wire to when a stamp can be had
         * @param loss probability that it never comes
         * @return this
         */
        public Adapter transmitStamps(Jitter delay, double loss) {
            transmitStampDelay = delay;
            transmitStampLoss = loss;
            return this;
        }
    }

    /** A bridge (switch). */
    public static final class Bridge {
        private boolean transparentClock;
        private long residence = 2000;
        private Jitter residenceJitter = Jitter.NONE;
        private Oscillator oscillator = new Oscillator();

        /**
         * @param measuredWith adds its residence time to correctionField
         * @return this
         */
        public Bridge transparentClock(Oscillator measuredWith) {
            transparentClock = true;
            oscillator = measuredWith;
            return this;
        }

        /**
         * @param nanos at least
         * @param jitter added to it
         * @return this
         */
        public Bridge residence(long nanos, Jitter jitter) {
            residence = nanos;
            residenceJitter = jitter;
            return this;
        }
    }

    /** One direction of a link. */
    public static final class Direction {
        private boolean overtaking;
        private long delay = 1000;
        private Jitter jitter = Jitter.NONE;
        private double loss;
        private double duplication;
        private double reordering;
        private long reorderingDelay = 100_000;
        private double bitsPerSecond;

        /**
         * Packets may overtake each other where jitter says so.
         *
         * @return this
         */
        public Direction overtaking() {
            overtaking = true;
            return this;
        }

        /**
         * @param nanos at least
         * @param added to it
         * @return this
         */
        public Direction delay(long nanos, Jitter added) {
            delay = nanos;
            jitter = added;
            return this;
        }

        /**
         * @param probability of each packet
         * @return this
         */
        public Direction loss(double probability) {
            loss = probability;
            return this;
        }

        /**
         * @param probability of each packet
         * @return this
         */
        public Direction duplication(double probability) {
            duplication = probability;
            return this;
        }

        /**
         * @param probability of being held back
         * @param nanos for how long
         * @return this
         */
        public Direction reordering(double probability, long nanos) {
            reordering = probability;
            reorderingDelay = nanos;
            return this;
        }

        /**
         * @param bits per second; 0: sending takes no time
         * @return this
         */
        public Direction speed(double bits) {
            bitsPerSecond = bits;
            return this;
        }

        private void write(Scratch s, int at) {
            ByteBuffer b = s.bytes;
            b.putInt(at + Abi.wst_simulation_direction.flags, overtaking ? Abi.WST_SIMULATION_OVERTAKING : 0);
            b.putLong(at + Abi.wst_simulation_direction.delay, delay);
            jitter.write(s, at + Abi.wst_simulation_direction.jitter);
            b.putDouble(at + Abi.wst_simulation_direction.loss, loss);
            b.putDouble(at + Abi.wst_simulation_direction.duplication, duplication);
            b.putDouble(at + Abi.wst_simulation_direction.reordering, reordering);
            b.putLong(at + Abi.wst_simulation_direction.reordering_delay, reorderingDelay);
            b.putDouble(at + Abi.wst_simulation_direction.bits_per_second, bitsPerSecond);
        }
    }

    /**
     * What was counted.
     *
     * @param events of the network that were served
     * @param framesSent by hosts
     * @param framesDelivered to sockets
     * @param framesLost by loss, cut links, adapters that are down, full queues
     * @param framesHeld under way and in sockets now
     * @param eventsQueued now
     * @param digest unsigned; of every event and hardware stamp so far: equal runs have equal digests
     */
    public record Counters(long events, long framesSent, long framesDelivered, long framesLost, long framesHeld,
            long eventsQueued, long digest) {}

    /**
     * An empty network.
     *
     * @param seed one seed gives one run, bit for bit
     */
    public Simulation(long seed) {
        this(seed, 1_750_000_037_000_000_000L, 37);
    }

    /**
     * @param seed one seed gives one run
     * @param epochTai TAI at true time 0, ns since 1970
     * @param utcOffset TAI minus UTC, s
     */
    public Simulation(long seed, long epochTai, int utcOffset) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_simulation_options.SIZE);
            s.bytes.putLong(in + Abi.wst_simulation_options.seed, seed);
            s.bytes.putLong(in + Abi.wst_simulation_options.epoch_tai, epochTai);
            s.bytes.putInt(in + Abi.wst_simulation_options.utc_offset, utcOffset);
            int out = s.room(8);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_simulation_create(s.address(in), s.address(out), s.address(error)), error);
            handle = s.bytes.getLong(out);
        }
    }

    @Override
    int closeHandle(long handle, long error) {
        return Native.wst_simulation_close(handle, error);
    }

    /**
     * @param name of the host
     * @return this
     */
    public Simulation addHost(String name) {
        return addHost(name, new Host());
    }

    /**
     * @param name of the host
     * @param host what it is like
     * @return this
     */
    public Simulation addHost(String name, Host host) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_simulation_host.SIZE);
            ByteBuffer b = s.bytes;
            b.putInt(in + Abi.wst_simulation_host.flags, host.readOnlyClock ? Abi.WST_SIMULATION_READ_ONLY : 0);
            host.oscillator.write(s, in + Abi.wst_simulation_host.oscillator);
            b.putLong(in + Abi.wst_simulation_host.realtime_offset, host.realtimeOffset);
            b.putLong(in + Abi.wst_simulation_host.uptime, host.uptime);
            b.putInt(in + Abi.wst_simulation_host.tai_offset, host.taiOffset);
            b.putDouble(in + Abi.wst_simulation_host.maximum_frequency, host.maximumFrequency);
            b.putLong(in + Abi.wst_simulation_host.read_latency, host.readLatency);
            host.transmitDelay.write(s, in + Abi.wst_simulation_host.transmit_delay);
            host.receiveDelay.write(s, in + Abi.wst_simulation_host.receive_delay);
            host.wakeDelay.write(s, in + Abi.wst_simulation_host.wake_delay);
            call(s, (h, e) -> Native.wst_simulation_add_host(h, name, s.address(in), e));
        }
        return this;
    }

    /**
     * @param host its name
     * @param name of the interface there, such as "eth0"
     * @param addresses with prefix length
     * @return this
     */
    public Simulation addAdapter(String host, String name, String addresses) {
        return addAdapter(host, name, new Adapter().addresses(addresses));
    }

    /**
     * @param host its name
     * @param name of the interface there
     * @param adapter what it is like
     * @return this
     */
    public Simulation addAdapter(String host, String name, Adapter adapter) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_simulation_adapter.SIZE);
            ByteBuffer b = s.bytes;
            b.putInt(in + Abi.wst_simulation_adapter.flags, adapter.flags);
            b.putLong(in + Abi.wst_simulation_adapter.addresses, s.text(adapter.addresses));
            b.putLong(in + Abi.wst_simulation_adapter.clock_of, s.text(adapter.clockOf));
            adapter.oscillator.write(s, in + Abi.wst_simulation_adapter.oscillator);
            b.putLong(in + Abi.wst_simulation_adapter.clock_offset, adapter.clockOffset);
            b.putDouble(in + Abi.wst_simulation_adapter.stamp_noise, adapter.stampNoise);
            b.putLong(in + Abi.wst_simulation_adapter.granularity, adapter.granularity);
            b.putLong(in + Abi.wst_simulation_adapter.read_latency, adapter.readLatency);
            b.putDouble(in + Abi.wst_simulation_adapter.read_jitter, adapter.readJitter);
            b.putDouble(in + Abi.wst_simulation_adapter.maximum_frequency, adapter.maximumFrequency);
            b.putInt(in + Abi.wst_simulation_adapter.cross_method, adapter.crossMethod.ordinal());
            b.putInt(in + Abi.wst_simulation_adapter.hardware, adapter.hardware);
            b.putInt(in + Abi.wst_simulation_adapter.software, adapter.software);
            b.putLong(in + Abi.wst_simulation_adapter.clock_frequency, adapter.clockFrequency);
            b.putLong(in + Abi.wst_simulation_adapter.ingress_error, adapter.ingressError);
            b.putLong(in + Abi.wst_simulation_adapter.egress_error, adapter.egressError);
            adapter.transmitStampDelay.write(s, in + Abi.wst_simulation_adapter.transmit_stamp_delay);
            b.putDouble(in + Abi.wst_simulation_adapter.transmit_stamp_loss, adapter.transmitStampLoss);
            call(s, (h, e) -> Native.wst_simulation_add_adapter(h, host, name, s.address(in), e));
        }
        return this;
    }

    /**
     * @param name of the bridge
     * @param bridge what it is like
     * @return this
     */
    public Simulation addBridge(String name, Bridge bridge) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_simulation_bridge.SIZE);
            s.bytes.putInt(in + Abi.wst_simulation_bridge.flags,
                    bridge.transparentClock ? Abi.WST_SIMULATION_TRANSPARENT_CLOCK : 0);
            s.bytes.putLong(in + Abi.wst_simulation_bridge.residence, bridge.residence);
            bridge.residenceJitter.write(s, in + Abi.wst_simulation_bridge.residence_jitter);
            bridge.oscillator.write(s, in + Abi.wst_simulation_bridge.oscillator);
            call(s, (h, e) -> Native.wst_simulation_add_bridge(h, name, s.address(in), e));
        }
        return this;
    }

    /**
     * Joins two ends by a link of 1 µs each way.
     *
     * @param name of the link
     * @param first "host/adapter" or bridge
     * @param second the same
     * @return this
     */
    public Simulation connect(String name, String first, String second) {
        return connect(name, first, second, new Direction(), new Direction());
    }

    /**
     * Joins two ends by a link.
     *
     * @param name of the link
     * @param first "host/adapter" or the name of a bridge
     * @param second the same
     * @param forward from the first end to the second
     * @param backward and back
     * @return this
     */
    public Simulation connect(String name, String first, String second, Direction forward, Direction backward) {
        try (Scratch s = Scratch.open()) {
            int in = link(s, forward, backward);
            call(s, (h, e) -> Native.wst_simulation_connect(h, name, first, second, s.address(in), e));
        }
        return this;
    }

    /**
     * Replaces what a link is like.
     *
     * @param name of it
     * @param forward from the first end to the second
     * @param backward and back
     */
    public void setLink(String name, Direction forward, Direction backward) {
        try (Scratch s = Scratch.open()) {
            int in = link(s, forward, backward);
            call(s, (h, e) -> Native.wst_simulation_set_link(h, name, s.address(in), e));
        }
    }

    private static int link(Scratch s, Direction forward, Direction backward) {
        int in = s.input(Abi.wst_simulation_link.SIZE);
        forward.write(s, in + Abi.wst_simulation_link.forward);
        backward.write(s, in + Abi.wst_simulation_link.backward);
        return in;
    }

    /**
     * Lets time pass; serves all that is due, with all listeners, on this thread.
     *
     * @param span of true time
     */
    public void run(Duration span) {
        run(span.toNanos());
    }

    /**
     * As {@link #run(Duration)}.
     *
     * @param nanos of true time
     */
    public void run(long nanos) {
        call((h, e) -> Native.wst_simulation_run(h, nanos, e));
    }

    /** Makes a run on another thread return soon. */
    public void interrupt() {
        call(Native::wst_simulation_interrupt);
    }

    /** @return true time, ns since the network was made */
    public long now() {
        try (Scratch s = Scratch.open()) {
            int out = s.raw(8);
            call(s, (h, e) -> Native.wst_simulation_now(h, s.address(out), e));
            return s.bytes.getLong(out);
        }
    }

    /** @return true TAI now, ns since 1970 */
    public long trueTai() {
        try (Scratch s = Scratch.open()) {
            int out = s.raw(8);
            call(s, (h, e) -> Native.wst_simulation_true_tai(h, s.address(out), e));
            return s.bytes.getLong(out);
        }
    }

    /** @param factor virtual per real time: 1 for real time, 0: as fast as possible */
    public void setPace(double factor) {
        call((h, e) -> Native.wst_simulation_set_pace(h, factor, e));
    }

    /**
     * What no real system can tell: what a clock shows, minus what a perfect one would.
     *
     * @param name "host/adapter" for a hardware clock, "host" for a system clock
     * @return ns
     */
    public double clockError(String name) {
        return clockError(name, 0);
    }

    /**
     * @param name as {@link #clockError(String)}
     * @param clock which of a host's
     * @return ns
     */
    public double clockError(String name, Clock clock) {
        return clockError(name, clock.code);
    }

    double clockError(String name, int clock) {
        try (Scratch s = Scratch.open()) {
            int out = s.raw(8);
            call(s, (h, e) -> Native.wst_simulation_clock_error(h, name, clock, s.address(out), e));
            return s.bytes.getDouble(out);
        }
    }

    /** @return what was counted */
    public Counters counters() {
        try (Scratch s = Scratch.open()) {
            int at = s.output(Abi.wst_simulation_counters.SIZE);
            call(s, (h, e) -> Native.wst_simulation_counters_get(h, s.address(at), e));
            ByteBuffer b = s.bytes;
            return new Counters(b.getLong(at + Abi.wst_simulation_counters.events),
                    b.getLong(at + Abi.wst_simulation_counters.frames_sent),
                    b.getLong(at + Abi.wst_simulation_counters.frames_delivered),
                    b.getLong(at + Abi.wst_simulation_counters.frames_lost),
                    b.getLong(at + Abi.wst_simulation_counters.frames_held),
                    b.getLong(at + Abi.wst_simulation_counters.events_queued),
                    b.getLong(at + Abi.wst_simulation_counters.digest));
        }
    }

    /**
     * Takes the carrier away from both ends and loses what is under way.
     *
     * @param link its name
     */
    public void cut(String link) {
        call((h, e) -> Native.wst_simulation_cut(h, link, e));
    }

    /**
     * Undoes {@link #cut}.
     *
     * @param link its name
     */
    public void restore(String link) {
        call((h, e) -> Native.wst_simulation_restore(h, link, e));
    }

    /**
     * Steps a clock behind the back of whoever steers it.
     *
     * @param name "host/adapter" or "host"
     * @param delta ns
     */
    public void stepClock(String name, long delta) {
        call((h, e) -> Native.wst_simulation_step_clock(h, name, delta, e));
    }

    /**
     * Does one thing now, said in words such as "link l1 cut".
     *
     * @param statement as the C interface's simulation.h has them
     */
    public void apply(String statement) {
        call((h, e) -> Native.wst_simulation_apply(h, statement, e));
    }

    /**
     * Sets down what will happen when, such as "at 60s link l1 cut".
     *
     * @param text statements, by lines or semicolons
     */
    public void schedule(String text) {
        call((h, e) -> Native.wst_simulation_schedule(h, text, e));
    }
}
