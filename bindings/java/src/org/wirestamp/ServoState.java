// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** What a servo makes of its samples. */
public enum ServoState {
    /** Not enough samples yet. */
    UNLOCKED,
    /** This sample led to a step. */
    JUMP,
    /** It steers. */
    LOCKED,
    /** Within servo_offset_threshold. */
    LOCKED_STABLE;

    private static final ServoState[] ALL = values();

    static ServoState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNLOCKED;
    }
}
