// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Several datagrams that one system call sends. Used again and again after {@link #clear}. Not for two threads at once. */
public final class OutgoingBatch {
    final ByteBuffer records;
    final long address;
    private final ByteBuffer data;
    private final long base;
    private final int capacity;
    private int count;

    /**
     * @param count datagrams
     * @param bytes of payload of all together
     */
    public OutgoingBatch(int count, int bytes) {
        if (count < 1) {
            throw new IllegalArgumentException("a batch of " + count + " datagrams; at least 1");
        }
        capacity = count;
        records = ByteBuffer.allocateDirect(Math.multiplyExact(count, Abi.wst_outgoing.SIZE)).order(ByteOrder.nativeOrder());
        data = ByteBuffer.allocateDirect(Math.max(1, bytes));
        address = Native.buffer_address(records);
        base = Native.buffer_address(data);
    }

    /** @return how many it has room for */
    public int capacity() {
        return capacity;
    }

    /** @return how many are in it */
    public int size() {
        return count;
    }

    /**
     * Takes all out of it.
     *
     * @return this
     */
    public OutgoingBatch clear() {
        count = 0;
        data.clear();
        return this;
    }

    /**
     * Copies a datagram into the batch.
     *
     * @param payload from position to limit, which stay as they are
     * @param to where
     * @return this
     */
    public OutgoingBatch add(ByteBuffer payload, InetSocketAddress to) {
        return add(payload, to, 0, 0);
    }

    /**
     * As {@link #add}; its transmit stamp can be taken later.
     *
     * @param payload from position to limit, which stay as they are
     * @param to where
     * @param id any number; those in flight should differ
     * @return this
     */
    public OutgoingBatch addStamped(ByteBuffer payload, InetSocketAddress to, int id) {
        return add(payload, to, Abi.WST_OUTGOING_STAMP, id);
    }

    private OutgoingBatch add(ByteBuffer payload, InetSocketAddress to, int flags, int id) {
        int size = payload.remaining();
        if (count == capacity || size > data.remaining()) {
            throw new IllegalStateException("the batch is full: it has room for " + capacity + " datagrams of "
                    + data.capacity() + " bytes together");
        }
        int at = count * Abi.wst_outgoing.SIZE;
        Addresses.write(records, at + Abi.wst_outgoing.destination, to);
        records.putInt(at, Abi.wst_outgoing.SIZE);
        records.putInt(at + Abi.wst_outgoing.flags, flags);
        records.putLong(at + Abi.wst_outgoing.data, base + data.position());
        records.putInt(at + Abi.wst_outgoing.size, size);
        records.putInt(at + Abi.wst_outgoing.id, id);
        data.put(data.position(), payload, payload.position(), size);
        data.position(data.position() + size);
        count++;
        return this;
    }
}
