// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Memory that a call shares with C: a stack for each thread, so that a call makes no garbage, and that a callback which calls in
 * turn finds room above what its caller still uses.
 */
final class Scratch implements AutoCloseable {
    private static final int CAPACITY = 256 * 1024;
    private static final int DEPTH = 64;
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final ByteBuffer bytes = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.nativeOrder());
    private final long base = Native.buffer_address(bytes);
    private final int[] marks = new int[DEPTH];
    private int depth;
    private int top;

    private Scratch() {}

    static Scratch open() {
        Scratch scratch = OF_THREAD.get();
        if (scratch.depth == DEPTH) {
            throw new IllegalStateException("Callbacks are nested too deeply");
        }
        scratch.marks[scratch.depth++] = scratch.top;
        return scratch;
    }

    @Override
    public void close() {
        top = marks[--depth];
    }

    long address(int offset) {
        return base + offset;
    }

    /** Zeroed room. */
    int room(int size) {
        int offset = raw(size);
        for (int i = offset; i < top; i += 8) {
            bytes.putLong(i, 0);
        }
        return offset;
    }

    /** Room with whatever was there. */
    int raw(int size) {
        int offset = top;
        if (size > CAPACITY - offset) {
            throw new WirestampException(Status.LIMIT, 0, "no room for " + size + " bytes in one call");
        }
        top = (offset + size + 7) & ~7;
        return offset;
    }

    /** Room for a structure that C fills: only its size is written. */
    int output(int size) {
        int offset = raw(size);
        bytes.putInt(offset, size);
        return offset;
    }

    /** Room for a structure that C reads: zeroes after its size. */
    int input(int size) {
        int offset = room(size);
        bytes.putInt(offset, size);
        return offset;
    }

    /** Terminated text; its address, or 0 for null. */
    long text(String text) {
        if (text == null) {
            return 0;
        }
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int offset = room(encoded.length + 1);
        bytes.put(offset, encoded);
        return address(offset);
    }

    void check(int status, int error) {
        if (status != Abi.WST_OK) {
            throw failure(status, error);
        }
    }

    WirestampException failure(int status, int error) {
        return new WirestampException(Status.of(status), bytes.getInt(error + Abi.wst_error.os_error),
                text(bytes, error + Abi.wst_error.message, 240));
    }

    static String text(ByteBuffer bytes, int offset, int capacity) {
        int length = 0;
        while (length < capacity && bytes.get(offset + length) != 0) {
            length++;
        }
        byte[] encoded = new byte[length];
        bytes.get(offset, encoded);
        return new String(encoded, StandardCharsets.UTF_8);
    }

    static byte[] octets(ByteBuffer bytes, int offset, int count) {
        byte[] octets = new byte[count];
        bytes.get(offset, octets);
        return octets;
    }

    static int unsigned(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset) & 0xffff;
    }

    static int octet(ByteBuffer bytes, int offset) {
        return bytes.get(offset) & 0xff;
    }
}
