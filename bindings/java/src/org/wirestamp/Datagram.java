// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Room for a received datagram with its stamps, used again and again: receiving into it makes no garbage. Not for two threads at
 * once.
 */
public final class Datagram {
    final ByteBuffer record;
    final int at;
    final long address;
    /** The call that receives into this; made once, so that receiving makes nothing. */
    final NativeObject.WaitingCall receive = this::receive;
    private final ByteBuffer data;

    /** @param capacity bytes of payload that fit */
    public Datagram(int capacity) {
        this(ByteBuffer.allocateDirect(Abi.wst_datagram.SIZE).order(ByteOrder.nativeOrder()), 0,
                ByteBuffer.allocateDirect(capacity));
    }

    Datagram(ByteBuffer record, int at, ByteBuffer data) {
        this.record = record;
        this.at = at;
        this.data = data;
        address = Native.buffer_address(record) + at;
        record.putLong(at + Abi.wst_datagram.data, Native.buffer_address(data));
        prepare();
        record.putInt(at + Abi.wst_datagram.size, 0);
    }

    void prepare() {
        record.putInt(at, Abi.wst_datagram.SIZE);
        record.putInt(at + Abi.wst_datagram.capacity, data.capacity());
    }

    private int receive(long socket, long nanos, long error) {
        prepare();
        return Native.wst_socket_receive(socket, address, nanos, error);
    }

    void received() {
        data.limit(size()).position(0);
        Reference.reachabilityFence(this);
    }

    /** @return the payload, from 0 to its limit; the same buffer every time, overwritten by the next datagram */
    public ByteBuffer data() {
        return data;
    }

    /** @return bytes of payload */
    public int size() {
        return record.getInt(at + Abi.wst_datagram.size);
    }

    /** @return whether it was longer than the room for it; the rest is lost */
    public boolean isTruncated() {
        return (record.getInt(at + Abi.wst_datagram.flags) & Abi.WST_DATAGRAM_TRUNCATED) != 0;
    }

    /** @return who sent it */
    public InetSocketAddress source() {
        return Addresses.readSocket(record, at + Abi.wst_datagram.source);
    }

    /** @return where it was sent to (a group, perhaps), null if unknown */
    public InetSocketAddress destination() {
        return Addresses.readSocket(record, at + Abi.wst_datagram.destination);
    }

    /** @return index of the interface it came by, 0 if unknown */
    public int interfaceIndex() {
        return record.getInt(at + Abi.wst_datagram.interface_index);
    }

    /** @return the adapter's stamp, null if there is none */
    public Stamp hardware() {
        return Stamp.read(record, at + Abi.wst_datagram.hardware);
    }

    /** @return the kernel's stamp, null if there is none */
    public Stamp software() {
        return Stamp.read(record, at + Abi.wst_datagram.software);
    }

    /** @return whether the adapter stamped it */
    public boolean hasHardware() {
        return record.getInt(at + Abi.wst_datagram.hardware + Abi.wst_stamp.source) != Abi.WST_SOURCE_NONE;
    }

    /** @return whether the kernel stamped it */
    public boolean hasSoftware() {
        return record.getInt(at + Abi.wst_datagram.software + Abi.wst_stamp.source) != Abi.WST_SOURCE_NONE;
    }

    /** @return value of the adapter's stamp without making an object, 0 if there is none */
    public long hardwareNanos() {
        return record.getLong(at + Abi.wst_datagram.hardware);
    }

    /** @return value of the kernel's stamp without making an object, 0 if there is none */
    public long softwareNanos() {
        return record.getLong(at + Abi.wst_datagram.software);
    }
}
