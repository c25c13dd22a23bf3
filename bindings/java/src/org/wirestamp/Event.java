// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/** What a context tells. Ignore kinds you do not know: {@link Unknown} stands for those of a newer library. */
public sealed interface Event {
    /**
     * What all events have.
     *
     * @param type the C interface's number of the kind of event
     * @param sequence rises by one with every event of the context, so that a gap shows a loss
     * @param time CLOCK_MONOTONIC ns (the host's, also when simulated) when it happened
     * @param subscription through which it came
     * @param object the {@link Ptp}, {@link TimestampSocket} or {@link Correlation} it is about; null for the context itself
     */
    record Header(int type, long sequence, long time, long subscription, NativeObject object) {}

    /** @return what all events have */
    Header header();

    /** @param header common; @param lost events lost since the last report, because the queue was full */
    record Overflow(Header header, long lost) implements Event {}

    /** @param header common; @param change what changed */
    record OfInterface(Header header, InterfaceChange change) implements Event {}

    /**
     * @param header common
     * @param portNumber of the clock
     * @param oldState before
     * @param newState now
     * @param reason such as "ANNOUNCE_RECEIPT_TIMEOUT"
     * @param interfaceName of the port
     */
    record PtpPort(Header header, int portNumber, PtpPortState oldState, PtpPortState newState, String reason,
            String interfaceName) implements Event {}

    /**
     * @param header common
     * @param grandmasterIdentity own: this clock is the grandmaster
     * @param parentIdentity whom the clock hears
     * @param parentPortNumber at which port
     * @param stepsRemoved from the grandmaster
     * @param priority1 the grandmaster's
     * @param priority2 the grandmaster's
     * @param clockClass the grandmaster's
     * @param clockAccuracy the grandmaster's
     * @param offsetScaledLogVariance the grandmaster's
     * @param isSelf whether this clock is the grandmaster
     * @param timeSource the grandmaster's
     * @param utcOffset s
     * @param timeFlags timePropertiesDS flags
     */
    record PtpBestMaster(Header header, String grandmasterIdentity, String parentIdentity, int parentPortNumber, int stepsRemoved,
            int priority1, int priority2, int clockClass, int clockAccuracy, int offsetScaledLogVariance, boolean isSelf,
            int timeSource, int utcOffset, int timeFlags) implements Event {}

    /**
     * @param header common
     * @param offsetFromMaster ns: best estimate before the correction that follows from it
     * @param measuredOffset ns: of this sample alone
     * @param meanPathDelay ns
     * @param frequency ppb, applied after this sample
     * @param bound ns: |true error| is believed to be below
     * @param ptpTime ns, PTP timescale, when the sample was taken
     * @param servoState what the servo made of it
     * @param portNumber which port
     * @param source who took the stamps
     * @param outlier taken for a packet that was held up, and not used
     */
    record PtpOffset(Header header, long offsetFromMaster, long measuredOffset, long meanPathDelay, double frequency, long bound,
            long ptpTime, ServoState servoState, int portNumber, Source source, boolean outlier) implements Event {}

    /** @param header common; @param oldState before; @param newState now; @param bound ns */
    record PtpClock(Header header, PtpClockState oldState, PtpClockState newState, long bound) implements Event {}

    /**
     * @param header common
     * @param step ns that will be added to the clock
     * @param clock which others use, too: DEVICE, REALTIME; NONE: the engine's own
     */
    record PtpClockStep(Header header, long step, Clock clock) implements Event {}

    /**
     * The system's clock, which is steered, against PTP time.
     *
     * @param header common
     * @param offset ns: system clock minus the UTC that PTP tells, before the correction that follows from it
     * @param bound ns: |system clock minus the grandmaster's UTC| is believed to be below
     * @param width ns between the two reads of the system clock that enclose the other one's
     * @param frequency ppb, set after this comparison
     * @param servoState what the servo made of it
     * @param utcOffset s: TAI minus UTC as used
     */
    record PtpSystemClock(Header header, long offset, long bound, long width, double frequency, ServoState servoState,
            int utcOffset) implements Event {}

    /**
     * PTP clocks of one context tell times whose bounds exclude each other, or this is over.
     *
     * @param header common
     * @param grandmasterIdentity whom the clock in the header follows
     * @param verdict what the others make of it
     * @param clocks compared
     * @param agreeing of these, so many can be right at once
     * @param offset ns: this clock's time minus the middle of what the most can agree on
     * @param bound ns: half the width of that, and this clock's own bound
     * @param domainNumber of the clock in the header
     */
    record PtpDisagreement(Header header, String grandmasterIdentity, PtpAgreement.Verdict verdict, int clocks, int agreeing,
            long offset, long bound, int domainNumber) implements Event {}

    /**
     * @param header common
     * @param fault such as "TRANSMIT_STAMP_LOST"
     * @param osError errno behind it, 0 if none
     * @param portNumber which port
     * @param count how often since the last such event
     * @param text what went wrong and what the engine did about it
     */
    record PtpFault(Header header, String fault, int osError, int portNumber, int count, String text) implements Event {}

    /**
     * @param header common
     * @param readable datagrams have come
     * @param transmitStamps transmit stamps have come
     * @param stampsLost transmit stamps were lost
     * @param transmitStampsLost how many stamps were lost
     */
    record OfSocket(Header header, boolean readable, boolean transmitStamps, boolean stampsLost, long transmitStampsLost)
            implements Event {}

    /** @param header common; @param interfaceId whose clock; @param state now; @param reason such as "clock stepped" */
    record OfCorrelation(Header header, long interfaceId, CorrelationState state, String reason) implements Event {}

    /** @param header common, with the type */
    record Unknown(Header header) implements Event {}

    /** Reads a wst_event. */
    static Event read(Context context, ByteBuffer b, int at) {
        int type = b.getInt(at + Abi.wst_event.type);
        Header header = new Header(type, b.getLong(at + Abi.wst_event.sequence), b.getLong(at + Abi.wst_event.time),
                b.getLong(at + Abi.wst_event.subscription), context.object(b.getLong(at + Abi.wst_event.object)));
        int p = at + Abi.wst_event.payload;
        return switch (type) {
            case Abi.WST_EVENT_OVERFLOW -> new Overflow(header, b.getLong(p));
            case Abi.WST_EVENT_INTERFACE -> new OfInterface(header, InterfaceChange.read(b, p));
            case Abi.WST_EVENT_PTP_PORT_STATE -> new PtpPort(header, Scratch.unsigned(b, p),
                    PtpPortState.of(Scratch.octet(b, p + Abi.wst_event_ptp_port_state.old_state)),
                    PtpPortState.of(Scratch.octet(b, p + Abi.wst_event_ptp_port_state.new_state)),
                    Native.wst_ptp_reason_name(b.getInt(p + Abi.wst_event_ptp_port_state.reason)),
                    Scratch.text(b, p + Abi.wst_event_ptp_port_state.interface_name, 64));
            case Abi.WST_EVENT_PTP_BEST_MASTER -> new PtpBestMaster(header, PtpStatus.identity(b, p),
                    PtpStatus.identity(b, p + Abi.wst_event_ptp_best_master.parent_identity),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_best_master.parent_port_number),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_best_master.steps_removed),
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.priority1),
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.priority2),
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.clock_class),
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.clock_accuracy),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_best_master.offset_scaled_log_variance),
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.is_self) != 0,
                    Scratch.octet(b, p + Abi.wst_event_ptp_best_master.time_source),
                    b.getShort(p + Abi.wst_event_ptp_best_master.current_utc_offset),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_best_master.time_flags));
            case Abi.WST_EVENT_PTP_OFFSET -> new PtpOffset(header, b.getLong(p),
                    b.getLong(p + Abi.wst_event_ptp_offset.measured_offset),
                    b.getLong(p + Abi.wst_event_ptp_offset.mean_path_delay), b.getDouble(p + Abi.wst_event_ptp_offset.frequency),
                    b.getLong(p + Abi.wst_event_ptp_offset.bound), b.getLong(p + Abi.wst_event_ptp_offset.ptp_time),
                    ServoState.of(b.getInt(p + Abi.wst_event_ptp_offset.servo_state)),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_offset.port_number),
                    Source.of(Scratch.octet(b, p + Abi.wst_event_ptp_offset.source)),
                    (b.get(p + Abi.wst_event_ptp_offset.flags) & Abi.WST_PTP_OFFSET_OUTLIER) != 0);
            case Abi.WST_EVENT_PTP_CLOCK_STATE -> new PtpClock(header, PtpClockState.of(b.getInt(p)),
                    PtpClockState.of(b.getInt(p + Abi.wst_event_ptp_clock_state.new_state)),
                    b.getLong(p + Abi.wst_event_ptp_clock_state.bound));
            case Abi.WST_EVENT_PTP_CLOCK_STEP -> new PtpClockStep(header, b.getLong(p),
                    Clock.of(b.getInt(p + Abi.wst_event_ptp_clock_step.clock)));
            case Abi.WST_EVENT_PTP_SYSTEM_CLOCK -> new PtpSystemClock(header, b.getLong(p),
                    b.getLong(p + Abi.wst_event_ptp_system_clock.bound), b.getLong(p + Abi.wst_event_ptp_system_clock.width),
                    b.getDouble(p + Abi.wst_event_ptp_system_clock.frequency),
                    ServoState.of(b.getInt(p + Abi.wst_event_ptp_system_clock.servo_state)),
                    b.getShort(p + Abi.wst_event_ptp_system_clock.utc_offset));
            case Abi.WST_EVENT_PTP_DISAGREEMENT -> new PtpDisagreement(header, PtpStatus.identity(b, p),
                    PtpAgreement.Verdict.of(b.getInt(p + Abi.wst_event_ptp_disagreement.verdict)),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_disagreement.clocks),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_disagreement.agreeing),
                    b.getLong(p + Abi.wst_event_ptp_disagreement.offset), b.getLong(p + Abi.wst_event_ptp_disagreement.bound),
                    Scratch.octet(b, p + Abi.wst_event_ptp_disagreement.domain_number));
            case Abi.WST_EVENT_PTP_FAULT -> new PtpFault(header, Native.wst_ptp_fault_name(b.getInt(p)),
                    b.getInt(p + Abi.wst_event_ptp_fault.os_error), Scratch.unsigned(b, p + Abi.wst_event_ptp_fault.port_number),
                    b.getInt(p + Abi.wst_event_ptp_fault.count), Scratch.text(b, p + Abi.wst_event_ptp_fault.text, 192));
            case Abi.WST_EVENT_SOCKET -> new OfSocket(header, (b.getInt(p) & Abi.WST_SOCKET_READABLE) != 0,
                    (b.getInt(p) & Abi.WST_SOCKET_TRANSMIT_STAMPS) != 0, (b.getInt(p) & Abi.WST_SOCKET_STAMPS_LOST) != 0,
                    b.getLong(p + Abi.wst_event_socket.transmit_stamps_lost));
            case Abi.WST_EVENT_CORRELATION -> new OfCorrelation(header, b.getLong(p),
                    CorrelationState.of(b.getInt(p + Abi.wst_event_correlation.state)),
                    Native.wst_correlation_reason_name(b.getInt(p + Abi.wst_event_correlation.reason)));
            default -> new Unknown(header);
        };
    }
}
