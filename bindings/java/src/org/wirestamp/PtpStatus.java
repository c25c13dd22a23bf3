// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The data sets of IEEE 1588-2019 clause 8.2 and what the clock makes of them. Identities are written as "02005e.fffe.000001".
 *
 * @param valid which parts are there, as bits: {@link #running} and its like tell
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
 * @param clockAccuracy own
 * @param grandmasterClockAccuracy as announced
 * @param grandmasterOffsetScaledLogVariance as announced
 * @param timeSource of the grandmaster
 * @param otherWriters how often another program was found to have moved a clock that is steered
 * @param systemOffset ns: system clock minus PTP's UTC at the last comparison
 * @param systemBound ns: of the system clock against the grandmaster's UTC, at the last comparison
 * @param systemFrequency ppb
 * @param systemSteps made of the system clock
 * @param systemServoState what that servo makes of its comparisons
 * @param systemUtcOffset s, as used
 */
public record PtpStatus(int valid, String clockIdentity, String grandmasterIdentity, String parentIdentity,
        int parentPortNumber, int stepsRemoved, int numberPorts, int domainNumber, int priority1, int priority2, int clockClass,
        int grandmasterPriority1, int grandmasterPriority2, int grandmasterClockClass, int timeFlags, int utcOffset,
        PtpClockState clockState, ServoState servoState, long offsetFromMaster, long meanPathDelay, double frequency, long bound,
        long samples, long outliers, long steps, int clockAccuracy, int grandmasterClockAccuracy,
        int grandmasterOffsetScaledLogVariance, int timeSource, long otherWriters, long systemOffset, long systemBound,
        double systemFrequency, long systemSteps, ServoState systemServoState, int systemUtcOffset) {

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
                b.getLong(at + Abi.wst_ptp_status.steps), Scratch.octet(b, at + Abi.wst_ptp_status.clock_accuracy),
                Scratch.octet(b, at + Abi.wst_ptp_status.grandmaster_clock_accuracy),
                Scratch.unsigned(b, at + Abi.wst_ptp_status.grandmaster_offset_scaled_log_variance),
                Scratch.octet(b, at + Abi.wst_ptp_status.time_source), b.getLong(at + Abi.wst_ptp_status.other_writers),
                b.getLong(at + Abi.wst_ptp_status.system_offset), b.getLong(at + Abi.wst_ptp_status.system_bound),
                b.getDouble(at + Abi.wst_ptp_status.system_frequency), b.getLong(at + Abi.wst_ptp_status.system_steps),
                ServoState.of(b.getInt(at + Abi.wst_ptp_status.system_servo_state)),
                b.getShort(at + Abi.wst_ptp_status.system_utc_offset));
    }

    /** @return whether the clock was started */
    public boolean running() {
        return (valid & Abi.WST_PTP_STATUS_RUNNING) != 0;
    }

    /** @return whether what is said of the grandmaster and the parent means something */
    public boolean hasParent() {
        return (valid & Abi.WST_PTP_STATUS_PARENT) != 0;
    }

    /** @return whether {@code timeFlags}, {@code utcOffset} and {@code timeSource} mean something */
    public boolean hasTimeProperties() {
        return (valid & Abi.WST_PTP_STATUS_TIME_PROPERTIES) != 0;
    }

    /** @return whether {@code offsetFromMaster}, {@code meanPathDelay} and {@code stepsRemoved} mean something */
    public boolean hasOffset() {
        return (valid & Abi.WST_PTP_STATUS_CURRENT) != 0;
    }

    /** @return whether the system's clock is steered, and what begins with {@code system} means something */
    public boolean hasSystem() {
        return (valid & Abi.WST_PTP_STATUS_SYSTEM) != 0;
    }

    static String identity(ByteBuffer b, int at) {
        String hex = HexFormat.of().formatHex(Scratch.octets(b, at, 8));
        return hex.substring(0, 6) + "." + hex.substring(6, 10) + "." + hex.substring(10);
    }
}
