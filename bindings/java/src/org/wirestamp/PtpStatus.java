// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The data sets of IEEE 1588-2019 clause 8.2 and what the clock makes of them. Identities are written as "02005e.fffe.000001".
 *
 * @param valid which parts are there: 1 running, 2 parent, 4 time properties, 8 current
 * @param clockIdentity own
 * @param grandmasterIdentity of whom the time comes
 * @param parentIdentity from whom it is heard
 * @param parentPortNumber at which of its ports
 * @param stepsRemoved boundary clocks between, and one
 * @param numberPorts own
 * @param domainNumber own
 * @param priority1 own
 * @param priority2 own
 * @param clockClass own
 * @param grandmasterPriority1 as announced
 * @param grandmasterPriority2 as announced
 * @param grandmasterClockClass as announced
 * @param timeFlags timePropertiesDS flags
 * @param utcOffset s
 * @param clockState what can be relied on
 * @param servoState what the servo makes of its samples
 * @param offsetFromMaster ns, last sample
 * @param meanPathDelay ns
 * @param frequency ppb, of the engine's clock against what it runs on
 * @param bound ns, as in {@link PtpTime}
 * @param samples offset samples taken since start
 * @param outliers of these, not used
 * @param steps made
 */
public record PtpStatus(int valid, String clockIdentity, String grandmasterIdentity, String parentIdentity,
        int parentPortNumber, int stepsRemoved, int numberPorts, int domainNumber, int priority1, int priority2, int clockClass,
        int grandmasterPriority1, int grandmasterPriority2, int grandmasterClockClass, int timeFlags, int utcOffset,
        PtpClockState clockState, ServoState servoState, long offsetFromMaster, long meanPathDelay, double frequency, long bound,
        long samples, long outliers, long steps) {

    static PtpStatus read(ByteBuffer b, int at) {
        return new PtpStatus(b.getInt(at + Abi.wst_ptp_status.valid),
                identity(b, at + Abi.wst_ptp_status.clock_identity), identity(b, at + Abi.wst_ptp_status.grandmaster_identity),
                identity(b, at + Abi.wst_ptp_status.parent_identity),
                Scratch.unsigned(b, at + Abi.wst_ptp_status.parent_port_number),
                Scratch.unsigned(b, at + Abi.wst_ptp_status.steps_removed),
                Scratch.unsigned(b, at + Abi.wst_ptp_status.number_ports),
                Scratch.octet(b, at + Abi.wst_ptp_status.domain_number), Scratch.octet(b, at + Abi.wst_ptp_status.priority1),
                Scratch.octet(b, at + Abi.wst_ptp_status.priority2), Scratch.octet(b, at + Abi.wst_ptp_status.clock_class),
                Scratch.octet(b, at + Abi.wst_ptp_status.grandmaster_priority1),
                Scratch.octet(b, at + Abi.wst_ptp_status.grandmaster_priority2),
                Scratch.octet(b, at + Abi.wst_ptp_status.grandmaster_clock_class),
                Scratch.unsigned(b, at + Abi.wst_ptp_status.time_flags), b.getShort(at + Abi.wst_ptp_status.current_utc_offset),
                PtpClockState.of(b.getInt(at + Abi.wst_ptp_status.clock_state)),
                ServoState.of(b.getInt(at + Abi.wst_ptp_status.servo_state)),
                b.getLong(at + Abi.wst_ptp_status.offset_from_master), b.getLong(at + Abi.wst_ptp_status.mean_path_delay),
                b.getDouble(at + Abi.wst_ptp_status.frequency), b.getLong(at + Abi.wst_ptp_status.bound),
                b.getLong(at + Abi.wst_ptp_status.samples), b.getLong(at + Abi.wst_ptp_status.outliers),
                b.getLong(at + Abi.wst_ptp_status.steps));
    }

    /** @return whether the clock was started */
    public boolean running() {
        return (valid & Abi.WST_PTP_STATUS_RUNNING) != 0;
    }

    static String identity(ByteBuffer b, int at) {
        String hex = HexFormat.of().formatHex(Scratch.octets(b, at, 8));
        return hex.substring(0, 6) + "." + hex.substring(6, 10) + "." + hex.substring(10);
    }
}
