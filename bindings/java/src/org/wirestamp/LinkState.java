// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Whether an interface has a carrier. */
public enum LinkState {
    /** The system does not tell. */
    UNKNOWN,
    /** There is none. */
    DOWN,
    /** There is one. */
    UP;

    private static final LinkState[] ALL = values();

    static LinkState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
}
