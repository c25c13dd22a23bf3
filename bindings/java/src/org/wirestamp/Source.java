// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Who took a packet's stamp. */
public enum Source {
    /** There is no stamp. */
    NONE,
    /** The library, after the system call, for want of anything better. */
    APPLICATION,
    /** The kernel or driver. */
    SOFTWARE,
    /** The adapter. */
    HARDWARE;

    private static final Source[] ALL = values();

    static Source of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : NONE;
    }
}
