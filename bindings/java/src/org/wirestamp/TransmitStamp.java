// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;

/**
 * Stamps of a packet that was sent.
 *
 * @param id what it was sent with, unsigned
 * @param hardware null: not there
 * @param software null: not there
 */
public record TransmitStamp(int id, Stamp hardware, Stamp software) {
    static TransmitStamp read(ByteBuffer b, int at) {
        return new TransmitStamp(b.getInt(at + Abi.wst_transmit_stamp.id), Stamp.read(b, at + Abi.wst_transmit_stamp.hardware),
                Stamp.read(b, at + Abi.wst_transmit_stamp.software));
    }

    /** @return the better of the two */
    public Stamp best() {
        return hardware != null ? hardware : software;
    }
}
