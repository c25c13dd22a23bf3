// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Relates an adapter's clock (or a system clock in which stamps are) to a system clock by sampling in the background, and converts
 * values of either into the other with a bound of the error. Any thread.
 */
public final class Correlation extends NativeObject {
    /** What to correlate. Without more: the interface's device clock if it has one, else REALTIME, with MONOTONIC_RAW. */
    public static final class Options {
        private long interfaceId;
        int stampClock;
        private Clock systemClock = Clock.NONE;
        private Duration interval = Duration.ZERO;
        private int samples;

        /**
         * @param adapter whose device clock
         * @return this
         */
        public Options adapter(Interface adapter) {
            interfaceId = adapter.id();
            return this;
        }

        /**
         * @param clock the clock to convert from and to
         * @return this
         */
        public Options stampClock(Clock clock) {
            stampClock = clock.code;
            return this;
        }

        /**
         * @param clock the other one
         * @return this
         */
        public Options systemClock(Clock clock) {
            systemClock = clock;
            return this;
        }

        /**
         * @param span between samples once the fit is good, 50 ms to 60 s
         * @return this
         */
        public Options interval(Duration span) {
            interval = span;
            return this;
        }

        /**
         * @param count readings per sample, 1 to 25
         * @return this
         */
        public Options samples(int count) {
            samples = count;
            return this;
        }
    }

    private final Context context;

    Correlation(Context context, Options options) {
        this.context = context;
        handle = context.open((s, out, c, e) -> {
            int in = s.input(Abi.wst_correlation_options.SIZE);
            s.bytes.putInt(in + Abi.wst_correlation_options.stamp_clock, options.stampClock);
            s.bytes.putInt(in + Abi.wst_correlation_options.system_clock, options.systemClock.code);
            s.bytes.putInt(in + Abi.wst_correlation_options.interval_ms, Math.toIntExact(options.interval.toMillis()));
            s.bytes.putLong(in + Abi.wst_correlation_options.interface_id, options.interfaceId);
            s.bytes.putInt(in + Abi.wst_correlation_options.samples, options.samples);
            return Native.wst_correlation_open(c, s.address(in), out, e);
        });
        context.adopt(this);
    }

    @Override
    int closeHandle(long handle, long error) {
        return Native.wst_correlation_close(handle, error);
    }

    @Override
    void afterClose() {
        context.disown(this);
    }

    /** Forgets all samples and begins anew. */
    public void restart() {
        call(Native::wst_correlation_restart);
    }

    /**
     * Waits until conversions can be had.
     *
     * @param timeout null waits without limit
     * @return false when the time was up
     */
    public boolean waitValid(Duration timeout) {
        return await(Times.nanos(timeout),
                (h, nanos, e) -> Native.wst_correlation_wait(h, (int) ((nanos + 999_999) / 1_000_000), e));
    }

    /**
     * @param from which of the two clocks {@code value} counts
     * @param value ns
     * @return it in the other clock
     * @throws WirestampException {@link Status#WOULD_BLOCK}: not valid yet, or again after a restart; {@link Status#RANGE}: too
     *     far away
     */
    public CorrelationTime convert(Clock from, long value) {
        return convert(from.code, value);
    }

    CorrelationTime convert(int from, long value) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_correlation_time.SIZE);
            call(s, (h, e) -> Native.wst_correlation_convert(h, from, value, s.address(out), e));
            return new CorrelationTime(Clock.of(s.bytes.getInt(out + Abi.wst_correlation_time.clock)),
                    s.bytes.getLong(out + Abi.wst_correlation_time.value), s.bytes.getLong(out + Abi.wst_correlation_time.bound));
        }
    }

    /** @return how it stands */
    public CorrelationStatus status() {
        try (Scratch s = Scratch.open()) {
            int at = s.output(Abi.wst_correlation_status.SIZE);
            call(s, (h, e) -> Native.wst_correlation_status_get(h, s.address(at), e));
            ByteBuffer b = s.bytes;
            return new CorrelationStatus(CorrelationState.of(b.getInt(at + Abi.wst_correlation_status.state)),
                    Native.wst_correlation_reason_name(b.getInt(at + Abi.wst_correlation_status.reason)),
                    Clock.of(b.getInt(at + Abi.wst_correlation_status.stamp_clock)),
                    Clock.of(b.getInt(at + Abi.wst_correlation_status.system_clock)),
                    CrossMethod.of(b.getInt(at + Abi.wst_correlation_status.method)),
                    b.getLong(at + Abi.wst_correlation_status.interface_id), b.getDouble(at + Abi.wst_correlation_status.rate),
                    b.getDouble(at + Abi.wst_correlation_status.rate_bound),
                    b.getLong(at + Abi.wst_correlation_status.reference_system),
                    b.getLong(at + Abi.wst_correlation_status.reference_stamp), b.getLong(at + Abi.wst_correlation_status.bound),
                    b.getLong(at + Abi.wst_correlation_status.spread), b.getLong(at + Abi.wst_correlation_status.samples),
                    b.getLong(at + Abi.wst_correlation_status.outliers), b.getLong(at + Abi.wst_correlation_status.restarts),
                    Duration.ofMillis(b.getInt(at + Abi.wst_correlation_status.interval_ms)));
        }
    }
}
