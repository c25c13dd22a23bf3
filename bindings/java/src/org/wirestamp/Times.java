// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.time.Duration;
import java.time.Instant;

/** Nanoseconds to and from java.time. */
final class Times {
    static final long SECOND = 1_000_000_000L;

    private Times() {}

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
    }

    /** Null means without limit, as a negative number does. */
    static long nanos(Duration timeout) {
        if (timeout == null) {
            return -1;
        }
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a negative timeout; null waits without limit");
        }
        try {
            return timeout.toNanos();
        } catch (ArithmeticException centuries) {
            return -1;
        }
    }
}
