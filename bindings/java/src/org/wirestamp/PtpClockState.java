// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** What an application can rely on. */
public enum PtpClockState {
    /** Never synchronised, or holdover has run out of its bound. */
    FREE_RUNNING,
    /** A master is there, not yet locked. */
    ACQUIRING,
    /** Synchronised, or this clock is the grandmaster by itself. */
    LOCKED,
    /** Was locked; runs on what it learnt, with a growing bound. */
    HOLDOVER,
    /** A state of a newer library than this binding. */
    UNKNOWN;

    private static final PtpClockState[] ALL = values();

    static PtpClockState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
}
