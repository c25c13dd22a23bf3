// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** State of a PTP port (IEEE 1588-2019 table 20). */
public enum PtpPortState {
    UNKNOWN,
    INITIALIZING,
    FAULTY,
    DISABLED,
    LISTENING,
    PRE_MASTER,
    MASTER,
    PASSIVE,
    UNCALIBRATED,
    SLAVE;

    private static final PtpPortState[] ALL = values();

    static PtpPortState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
}
