// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

/** One that is certain, or none. */
public enum Answer {
    /** Certainly not. */
    NO,
    /** Certainly. */
    YES,
    /** The moment asked about lies within the bounds of now: ask again, or wait. */
    UNKNOWN;

    static Answer of(int code) {
        return code == Abi.WST_PTP_NO ? NO : code == Abi.WST_PTP_YES ? YES : UNKNOWN;
    }
}
