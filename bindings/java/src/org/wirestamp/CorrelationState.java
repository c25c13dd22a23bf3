// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** State of a {@link Correlation}. */
public enum CorrelationState {
    /** Not enough samples yet. */
    STARTING,
    /** It converts. */
    VALID,
    /** The clock cannot be read; taken up again when it can. */
    LOST,
    /** A state of a newer library than this binding. */
    UNKNOWN;

    private static final CorrelationState[] ALL = values();

    static CorrelationState of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
}
