// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/**
 * What the PTP clocks of a context can agree on.
 *
 * @param clocks compared
 * @param agreeing so many can be right at once
 * @param verdict of the clock asked about, at this moment
 * @param earliest ns, PTP time at {@code localTime}: true time is not before this if those that agree are right
 * @param latest ns: and not after this
 * @param localTime ns, CLOCK_MONOTONIC_RAW of the host
 * @param offset ns: time of the clock asked about minus the middle of earliest and latest
 */
public record PtpAgreement(int clocks, int agreeing, Verdict verdict, long earliest, long latest, long localTime, long offset) {
    /** What the other clocks make of one. */
    public enum Verdict {
        /** It can be right together with most. */
        AGREES,
        /** It and another exclude each other, and nobody can tell who is right (two clocks, or a tie). */
        DOUBTFUL,
        /** More than half of the clocks can be right at once, but not with this one. */
        WRONG;

        static Verdict of(int code) {
            return code == Abi.WST_PTP_VERDICT_AGREES ? AGREES : code == Abi.WST_PTP_VERDICT_DOUBTFUL ? DOUBTFUL : WRONG;
        }
    }

    static PtpAgreement read(ByteBuffer b, int at) {
        return new PtpAgreement(b.getInt(at + Abi.wst_ptp_agreement.clocks), b.getInt(at + Abi.wst_ptp_agreement.agreeing),
                Verdict.of(b.getInt(at + Abi.wst_ptp_agreement.verdict)), b.getLong(at + Abi.wst_ptp_agreement.earliest),
                b.getLong(at + Abi.wst_ptp_agreement.latest), b.getLong(at + Abi.wst_ptp_agreement.local_time),
                b.getLong(at + Abi.wst_ptp_agreement.offset));
    }
}
