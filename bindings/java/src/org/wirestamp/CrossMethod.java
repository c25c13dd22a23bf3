// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** How a cross-timestamp was taken, best first. */
public enum CrossMethod {
    /** There is no reading. */
    NONE,
    /** Both clocks latched at one instant by hardware. */
    PRECISE,
    /** System clock before and after the device read, taken in the driver. */
    EXTENDED,
    /** The same, taken in the kernel around the driver. */
    BASIC,
    /** The same, taken by three clock reads of the library. */
    BRACKET;

    private static final CrossMethod[] ALL = values();

    static CrossMethod of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : NONE;
    }
}
