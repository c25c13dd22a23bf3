// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/**
 * One reading of an adapter's clock against a system clock.
 *
 * @param interfaceId whose clock, unsigned
 * @param method how it was taken
 * @param systemBefore ns of {@code systemClock}
 * @param device ns (ticks with {@link Clock#DEVICE_RAW}), read between the two
 * @param systemAfter ns of {@code systemClock}
 * @param systemClock what the system values count
 * @param deviceClock what the device value counts
 * @param deviceIndex number of the hardware clock, -1 if it has none
 * @param samples readings of which this is the narrowest
 * @param uncertainty ns: the device was read within this of the middle of before and after
 */
public record CrossTimestamp(long interfaceId, CrossMethod method, long systemBefore, long device, long systemAfter,
        Clock systemClock, Clock deviceClock, int deviceIndex, int samples, long uncertainty) {

    static CrossTimestamp read(ByteBuffer b, int at) {
        return new CrossTimestamp(b.getLong(at + Abi.wst_cross_timestamp.interface_id),
                CrossMethod.of(b.getInt(at + Abi.wst_cross_timestamp.method)),
                b.getLong(at + Abi.wst_cross_timestamp.system_before), b.getLong(at + Abi.wst_cross_timestamp.device),
                b.getLong(at + Abi.wst_cross_timestamp.system_after),
                Clock.of(b.getInt(at + Abi.wst_cross_timestamp.system_clock)),
                Clock.of(b.getInt(at + Abi.wst_cross_timestamp.device_clock)),
                b.getInt(at + Abi.wst_cross_timestamp.device_index), b.getInt(at + Abi.wst_cross_timestamp.samples),
                b.getLong(at + Abi.wst_cross_timestamp.uncertainty));
    }

    /** @return the system clock in the middle of before and after, ns */
    public long system() {
        return systemBefore + (systemAfter - systemBefore) / 2;
    }
}
