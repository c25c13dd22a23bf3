// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * PTP time with its interval: the grandmaster's time lies in [earliest, latest].
 *
 * @param clockState what can be relied on
 * @param nanos ns since 1970 in the PTP timescale (TAI when the grandmaster is traceable): the best guess
 * @param earliest ns; Long.MIN_VALUE while free-running
 * @param latest ns; Long.MAX_VALUE while free-running
 * @param localTime the counter's value at that instant, ns of {@code localClock}
 * @param localClock what that counts
 * @param utcOffset s: UTC is {@code nanos} minus this
 * @param timeFlags timePropertiesDS flags, as in Announce
 */
public record PtpTime(PtpClockState clockState, long nanos, long earliest, long latest, long localTime, Clock localClock,
        int utcOffset, int timeFlags) {

    static PtpTime read(ByteBuffer b, int at) {
        return new PtpTime(PtpClockState.of(b.getInt(at + Abi.wst_ptp_time.clock_state)),
                b.getLong(at + Abi.wst_ptp_time.ptp_time), b.getLong(at + Abi.wst_ptp_time.earliest),
                b.getLong(at + Abi.wst_ptp_time.latest), b.getLong(at + Abi.wst_ptp_time.local_time),
                Clock.of(b.getInt(at + Abi.wst_ptp_time.local_clock)), b.getShort(at + Abi.wst_ptp_time.current_utc_offset),
                Scratch.unsigned(b, at + Abi.wst_ptp_time.time_flags));
    }

    /** @return half the width of the interval, ns; Long.MAX_VALUE while free-running */
    public long bound() {
        return clockState == PtpClockState.FREE_RUNNING ? Long.MAX_VALUE : (latest - earliest) / 2;
    }

    /** @return the same instant in UTC */
    public Instant utc() {
        return Times.instant(nanos).minusSeconds(utcOffset);
    }
}
