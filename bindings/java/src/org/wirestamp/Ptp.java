// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** A PTPv2 clock (IEEE 1588-2019) inside the program's own process. Any thread. */
public final class Ptp extends NativeObject {
    private final Context context;

    Ptp(Context context, PtpConfig config) {
        this.context = context;
        long configuration = config.acquire();
        try {
            handle = context.open((s, out, c, e) -> Native.wst_ptp_open(c, configuration, out, e));
        } finally {
            config.release();
        }
        context.adopt(this);
    }

    @Override
    int closeHandle(long handle, long error) {
        return Native.wst_ptp_close(handle, error);
    }

    @Override
    void afterClose() {
        context.disown(this);
    }

    /** Begins to listen and, by the best master clock algorithm, to send. */
    public void start() {
        call(Native::wst_ptp_start);
    }

    /** Falls silent, keeps its time. */
    public void stop() {
        call(Native::wst_ptp_stop);
    }

    /**
     * Changes one option that can change at run time.
     *
     * @param name as in {@link PtpConfig}
     * @param value as text
     */
    public void set(String name, String value) {
        call((h, e) -> Native.wst_ptp_set(h, name, value, e));
    }

    /**
     * PTP time now, without a lock and without a system call beyond the clock read.
     *
     * @return the time with its interval
     */
    public PtpTime now() {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_time.SIZE);
            call(s, (h, e) -> Native.wst_ptp_now(h, s.address(out), e));
            return PtpTime.read(s.bytes, out);
        }
    }

    /**
     * PTP time of an instant given on another clock, such as a packet's stamp.
     *
     * @param clock a system clock, or DEVICE of the port that the engine measures on
     * @param value ns of it
     * @return the time with its interval
     */
    public PtpTime convert(Clock clock, long value) {
        return convert(clock.code, value);
    }

    PtpTime convert(int clock, long value) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_time.SIZE);
            call(s, (h, e) -> Native.wst_ptp_convert(h, clock, value, s.address(out), e));
            return PtpTime.read(s.bytes, out);
        }
    }

    /**
     * @param ptpTime ns since 1970 in the PTP timescale
     * @return whether true time is past it now
     */
    public Answer isAfter(long ptpTime) {
        return answer((h, out, e) -> Native.wst_ptp_after(h, ptpTime, out, e));
    }

    /**
     * @param ptpTime ns since 1970 in the PTP timescale
     * @return whether true time has not yet come to it
     */
    public Answer isBefore(long ptpTime) {
        return answer((h, out, e) -> Native.wst_ptp_before(h, ptpTime, out, e));
    }

    private interface Question {
        int run(long handle, long out, long error);
    }

    private Answer answer(Question question) {
        try (Scratch s = Scratch.open()) {
            int out = s.room(8);
            call(s, (h, e) -> question.run(h, s.address(out), e));
            return Answer.of(s.bytes.getInt(out));
        }
    }

    /**
     * Compares the PTP clocks of the context now.
     *
     * @return what they can agree on
     * @throws WirestampException {@link Status#WOULD_BLOCK}: this clock has no bound yet, or follows no PTP timescale
     */
    public PtpAgreement agreement() {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_agreement.SIZE);
            call(s, (h, e) -> Native.wst_ptp_agreement_get(h, s.address(out), e));
            return PtpAgreement.read(s.bytes, out);
        }
    }

    /** @return the data sets */
    public PtpStatus status() {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_status.SIZE);
            call(s, (h, e) -> Native.wst_ptp_status_get(h, s.address(out), e));
            return PtpStatus.read(s.bytes, out);
        }
    }

    /**
     * @param number from 1
     * @return that port and its counters
     */
    public PtpPortStatus port(int number) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_port_status.SIZE);
            call(s, (h, e) -> Native.wst_ptp_port_status_get(h, number, s.address(out), e));
            return PtpPortStatus.read(s.bytes, out);
        }
    }
}
