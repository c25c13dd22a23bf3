// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Room for several datagrams that one system call receives. */
public final class DatagramBatch {
    private final Datagram[] datagrams;

    /**
     * @param count datagrams
     * @param capacity bytes of payload of each
     */
    public DatagramBatch(int count, int capacity) {
        if (count < 1) {
            throw new IllegalArgumentException("a batch of " + count + " datagrams; at least 1");
        }
        ByteBuffer records = ByteBuffer.allocateDirect(Math.multiplyExact(count, Abi.wst_datagram.SIZE))
                .order(ByteOrder.nativeOrder());
        ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(count, capacity));
        datagrams = new Datagram[count];
        for (int i = 0; i < count; i++) {
            datagrams[i] = new Datagram(records, i * Abi.wst_datagram.SIZE, data.slice(i * capacity, capacity));
        }
    }

    /** @return how many it has room for */
    public int capacity() {
        return datagrams.length;
    }

    /**
     * @param index from 0
     * @return that datagram
     */
    public Datagram get(int index) {
        return datagrams[index];
    }
}
