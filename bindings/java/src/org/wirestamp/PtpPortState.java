// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** State of a PTP port (IEEE 1588-2019 table 20). */
public enum PtpPortState {
    /** A state of a newer library than this binding. */
    UNKNOWN,
    /** Begins. */
    INITIALIZING,
    /** Something is wrong, such as the link; comes back by itself. */
    FAULTY,
    /** Switched off. */
    DISABLED,
    /** Waits for Announce messages. */
    LISTENING,
    /** About to become master, silent for now. */
    PRE_MASTER,
    /** Tells the time. */
    MASTER,
    /** Neither master nor slave, lest there be a loop. */
    PASSIVE,
    /** Has a master and measures. */
    UNCALIBRATED,
    /** Follows its master. */
    SLAVE;

    private static final PtpPortState[] ALL = values();

    static PtpPortState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
}
