// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/** Makes events of what C lays down. */
final class EventReader {
    private EventReader() {}

    /** Reads a wst_event. */
    static Event read(Context context, ByteBuffer b, int at) {
        int type = b.getInt(at + Abi.wst_event.type);
        Event.Header header = new Event.Header(type, b.getLong(at + Abi.wst_event.sequence), b.getLong(at + Abi.wst_event.time),
                b.getLong(at + Abi.wst_event.subscription), context.object(b.getLong(at + Abi.wst_event.object)));
        int p = at + Abi.wst_event.payload;
        return switch (type) {
            case Abi.WST_EVENT_OVERFLOW -> new Event.Overflow(header, b.getLong(p));
            case Abi.WST_EVENT_INTERFACE -> new Event.OfInterface(header, InterfaceChange.read(b, p));
            case Abi.WST_EVENT_PTP_PORT_STATE -> new Event.PtpPort(header, Scratch.unsigned(b, p),
                    PtpPortState.of(Scratch.octet(b, p + Abi.wst_event_ptp_port_state.old_state)),
                    PtpPortState.of(Scratch.octet(b, p + Abi.wst_event_ptp_port_state.new_state)),
                    Native.wst_ptp_reason_name(b.getInt(p + Abi.wst_event_ptp_port_state.reason)),
                    Scratch.text(b, p + Abi.wst_event_ptp_port_state.interface_name, 64));
            case Abi.WST_EVENT_PTP_BEST_MASTER -> new Event.PtpBestMaster(header, PtpStatus.identity(b, p),
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
            case Abi.WST_EVENT_PTP_OFFSET -> new Event.PtpOffset(header, b.getLong(p),
                    b.getLong(p + Abi.wst_event_ptp_offset.measured_offset),
                    b.getLong(p + Abi.wst_event_ptp_offset.mean_path_delay), b.getDouble(p + Abi.wst_event_ptp_offset.frequency),
                    b.getLong(p + Abi.wst_event_ptp_offset.bound), b.getLong(p + Abi.wst_event_ptp_offset.ptp_time),
                    ServoState.of(b.getInt(p + Abi.wst_event_ptp_offset.servo_state)),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_offset.port_number),
                    Source.of(Scratch.octet(b, p + Abi.wst_event_ptp_offset.source)),
                    (b.get(p + Abi.wst_event_ptp_offset.flags) & Abi.WST_PTP_OFFSET_OUTLIER) != 0);
            case Abi.WST_EVENT_PTP_CLOCK_STATE -> new Event.PtpClock(header, PtpClockState.of(b.getInt(p)),
                    PtpClockState.of(b.getInt(p + Abi.wst_event_ptp_clock_state.new_state)),
                    b.getLong(p + Abi.wst_event_ptp_clock_state.bound));
            case Abi.WST_EVENT_PTP_CLOCK_STEP -> new Event.PtpClockStep(header, b.getLong(p),
                    Clock.of(b.getInt(p + Abi.wst_event_ptp_clock_step.clock)));
            case Abi.WST_EVENT_PTP_SYSTEM_CLOCK -> new Event.PtpSystemClock(header, b.getLong(p),
                    b.getLong(p + Abi.wst_event_ptp_system_clock.bound), b.getLong(p + Abi.wst_event_ptp_system_clock.width),
                    b.getDouble(p + Abi.wst_event_ptp_system_clock.frequency),
                    ServoState.of(b.getInt(p + Abi.wst_event_ptp_system_clock.servo_state)),
                    b.getShort(p + Abi.wst_event_ptp_system_clock.utc_offset));
            case Abi.WST_EVENT_PTP_DISAGREEMENT -> new Event.PtpDisagreement(header, PtpStatus.identity(b, p),
                    PtpAgreement.Verdict.of(b.getInt(p + Abi.wst_event_ptp_disagreement.verdict)),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_disagreement.clocks),
                    Scratch.unsigned(b, p + Abi.wst_event_ptp_disagreement.agreeing),
                    b.getLong(p + Abi.wst_event_ptp_disagreement.offset), b.getLong(p + Abi.wst_event_ptp_disagreement.bound),
                    Scratch.octet(b, p + Abi.wst_event_ptp_disagreement.domain_number));
            case Abi.WST_EVENT_PTP_FAULT -> new Event.PtpFault(header, Native.wst_ptp_fault_name(b.getInt(p)),
                    b.getInt(p + Abi.wst_event_ptp_fault.os_error), Scratch.unsigned(b, p + Abi.wst_event_ptp_fault.port_number),
                    b.getInt(p + Abi.wst_event_ptp_fault.count), Scratch.text(b, p + Abi.wst_event_ptp_fault.text, 192));
            case Abi.WST_EVENT_SOCKET -> new Event.OfSocket(header, (b.getInt(p) & Abi.WST_SOCKET_READABLE) != 0,
                    (b.getInt(p) & Abi.WST_SOCKET_TRANSMIT_STAMPS) != 0, (b.getInt(p) & Abi.WST_SOCKET_STAMPS_LOST) != 0,
                    b.getLong(p + Abi.wst_event_socket.transmit_stamps_lost));
            case Abi.WST_EVENT_CORRELATION -> new Event.OfCorrelation(header, b.getLong(p),
                    CorrelationState.of(b.getInt(p + Abi.wst_event_correlation.state)),
                    Native.wst_correlation_reason_name(b.getInt(p + Abi.wst_event_correlation.reason)));
            default -> new Event.Unknown(header);
        };
    }
}
