// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * A time stamp of a packet. Never a bare number: it says what it counts and who took it.
 *
 * @param value ns (ticks with {@link Clock#DEVICE_RAW} and {@link Clock#QPC})
 * @param clock what it counts
 * @param source who took it
 * @param interfaceId where the packet came or went, unsigned; 0: unknown
 * @param clockIndex number of the hardware clock with {@link Clock#DEVICE}, -1: unknown
 */
public record Stamp(long value, Clock clock, Source source, long interfaceId, int clockIndex) {
    /** Null if there is none. */
    static Stamp read(ByteBuffer bytes, int at) {
        int source = bytes.getInt(at + Abi.wst_stamp.source);
        return source == Abi.WST_SOURCE_NONE ? null
                : new Stamp(bytes.getLong(at), Clock.of(bytes.getInt(at + Abi.wst_stamp.clock)), Source.of(source),
                        bytes.getLong(at + Abi.wst_stamp.interface_id), bytes.getInt(at + Abi.wst_stamp.clock_index));
    }

    /**
     * @return the instant, of a stamp that counts UTC ({@link Clock#REALTIME})
     * @throws IllegalStateException if it counts anything else: convert it first, with a {@link Correlation} or a {@link Ptp}
     */
    public Instant instant() {
        if (clock != Clock.REALTIME) {
            throw new IllegalStateException("a stamp of " + clock + " is no UTC instant; convert it with a Correlation or a Ptp");
        }
        return Times.instant(value);
    }
}
