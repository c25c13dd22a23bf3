// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

/** Which received packets an adapter is to stamp. */
public enum StampLevel {
    /** None. */
    NONE,
    /** PTPv2 event messages over UDP; a driver may do more. */
    EVENT_MESSAGES,
    /** Every packet. */
    ALL_PACKETS
}
