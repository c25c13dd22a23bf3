// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/**
 * One port of a PTP clock, and what was counted since it was opened.
 *
 * @param portNumber from 1
 * @param state of its state machine
 * @param stampSource whose stamps are in use
 * @param interfaceName where it is
 * @param logAnnounceInterval of 2, s
 * @param logSyncInterval of 2, s
 * @param logMinDelayReqInterval of 2, s
 * @param peerToPeer delay mechanism P2P, else E2E
 * @param meanLinkDelay ns, P2P
 * @param sent messages by messageType (IEEE 1588-2019 table 36), 16 numbers
 * @param received the same
 * @param discardedMalformed shorter or longer than it says, bad values, truncated TLVs
 * @param discardedForeign other version, domain or sdoId
 * @param discardedOwn own messages heard back
 * @param discardedUnexpected wrong sender, sequence or state: replayed, forged or late
 * @param transmitStampsLost stamps that never came
 * @param transmitStampsLate stamps that came after they were given up
 * @param receiveStampsMissing messages without a stamp
 * @param followUpsLost Sync messages without their Follow_Up
 * @param delayResponsesLost requests without an answer
 * @param sendErrors messages that could not be sent
 * @param announceTimeouts how often the master fell silent
 * @param minorVersion of PTP, sent now
 */
public record PtpPortStatus(int portNumber, PtpPortState state, Source stampSource, String interfaceName,
        int logAnnounceInterval, int logSyncInterval, int logMinDelayReqInterval, boolean peerToPeer, long meanLinkDelay,
        long[] sent, long[] received, long discardedMalformed, long discardedForeign, long discardedOwn, long discardedUnexpected,
        long transmitStampsLost, long transmitStampsLate, long receiveStampsMissing, long followUpsLost, long delayResponsesLost,
        long sendErrors, long announceTimeouts, int minorVersion) {

    static PtpPortStatus read(ByteBuffer b, int at) {
        return new PtpPortStatus(Scratch.unsigned(b, at + Abi.wst_ptp_port_status.port_number),
                PtpPortState.of(Scratch.octet(b, at + Abi.wst_ptp_port_status.state)),
                Source.of(Scratch.octet(b, at + Abi.wst_ptp_port_status.stamp_source)),
                Scratch.text(b, at + Abi.wst_ptp_port_status.interface_name, 64),
                b.get(at + Abi.wst_ptp_port_status.log_announce_interval), b.get(at + Abi.wst_ptp_port_status.log_sync_interval),
                b.get(at + Abi.wst_ptp_port_status.log_min_delay_req_interval),
                Scratch.octet(b, at + Abi.wst_ptp_port_status.delay_mechanism) == 2,
                b.getLong(at + Abi.wst_ptp_port_status.mean_link_delay), counts(b, at + Abi.wst_ptp_port_status.sent),
                counts(b, at + Abi.wst_ptp_port_status.received),
                b.getLong(at + Abi.wst_ptp_port_status.discarded_malformed),
                b.getLong(at + Abi.wst_ptp_port_status.discarded_foreign),
                b.getLong(at + Abi.wst_ptp_port_status.discarded_own),
                b.getLong(at + Abi.wst_ptp_port_status.discarded_unexpected),
                b.getLong(at + Abi.wst_ptp_port_status.transmit_stamps_lost),
                b.getLong(at + Abi.wst_ptp_port_status.transmit_stamps_late),
                b.getLong(at + Abi.wst_ptp_port_status.receive_stamps_missing),
                b.getLong(at + Abi.wst_ptp_port_status.follow_ups_lost),
                b.getLong(at + Abi.wst_ptp_port_status.delay_responses_lost),
                b.getLong(at + Abi.wst_ptp_port_status.send_errors),
                b.getLong(at + Abi.wst_ptp_port_status.announce_timeouts),
                Scratch.octet(b, at + Abi.wst_ptp_port_status.minor_version));
    }

    private static long[] counts(ByteBuffer b, int at) {
        long[] counts = new long[16];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = b.getLong(at + 8 * i);
        }
        return counts;
    }
}
