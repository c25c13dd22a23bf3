// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/**
 * How good stamps of PTPv2 event messages over UDP are.
 *
 * @param ipv4 over IPv4
 * @param ipv6 over IPv6
 * @param both the lower of the two
 * @param knowsHardware whether the hardware flags were known; else no hardware means unknown
 * @param knowsSoftware whether the software flags were known
 */
public record PtpSupport(Level ipv4, Level ipv6, Level both, boolean knowsHardware, boolean knowsSoftware) {
    /** None, software, hardware. */
    public enum Level {
        /** No stamps, or not of all event messages. */
        NONE,
        /** The kernel's. */
        SOFTWARE,
        /** The adapter's. */
        HARDWARE;

        static Level of(int code) {
            return code == Abi.WST_PTP_SUPPORT_HARDWARE ? HARDWARE : code == Abi.WST_PTP_SUPPORT_SOFTWARE ? SOFTWARE : NONE;
        }
    }
}
