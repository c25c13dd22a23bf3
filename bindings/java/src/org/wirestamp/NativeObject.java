// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * An object of the C library that its users share: calls count themselves in and out, and closing waits for those that are in, so
 * that no call meets an object that is gone. What is called after {@link #close} throws {@link Status#CLOSED}.
 *
 * <p>A call that waits does so in slices, so that it notices when it should end.
 */
public abstract class NativeObject implements AutoCloseable {
    static final long SLICE_NANOS = 50_000_000;
    private static final long CLOSING = 1L << 62;

    /** A call with a handle and the address of a wst_error. */
    interface Call {
        int run(long handle, long error);
    }

    /** How many callbacks run on a thread: inside one, nobody may wait for a call to end that the callback is a part of. */
    static final ThreadLocal<int[]> CALLBACKS = ThreadLocal.withInitial(() -> new int[1]);

    private final AtomicLong users = new AtomicLong();
    private final Object closed = new Object();
    private boolean isClosed;
    long handle;

    NativeObject() {}

    /** The C function that ends the object; its status. */
    abstract int closeHandle(long handle, long error);

    /** What is to be done when the object is gone. */
    void afterClose() {}

    final long acquire() {
        if ((users.getAndIncrement() & CLOSING) != 0) {
            release();
            throw new WirestampException(Status.CLOSED, 0, getClass().getSimpleName() + " is closed; open a new one");
        }
        return handle;
    }

    final void release() {
        if (users.decrementAndGet() == CLOSING) {
            finish();
        }
    }

    final int status(Scratch scratch, int error, Call call) {
        long acquired = acquire();
        try {
            return call.run(acquired, scratch.address(error));
        } finally {
            release();
        }
    }

    /** Calls; any status but success becomes an exception. */
    final void call(Call call) {
        try (Scratch scratch = Scratch.open()) {
            call(scratch, call);
        }
    }

    /** As {@link #call(Call)}, in a frame that is open already. */
    final void call(Scratch scratch, Call call) {
        int error = scratch.output(Abi.wst_error.SIZE);
        scratch.check(status(scratch, error, call), error);
    }

    /** Calls; false for that one status. */
    final boolean callUnless(int ordinary, Call call) {
        try (Scratch scratch = Scratch.open()) {
            int error = scratch.output(Abi.wst_error.SIZE);
            int status = status(scratch, error, call);
            if (status == ordinary) {
                return false;
            }
            scratch.check(status, error);
            return true;
        }
    }

    /** A call that waits up to the time it is given. */
    interface WaitingCall {
        int run(long handle, long nanos, long error);
    }

    /** Waits in slices; false when the time is up. */
    final boolean await(long nanos, WaitingCall call) {
        long left = nanos;
        try (Scratch scratch = Scratch.open()) {
            int error = scratch.output(Abi.wst_error.SIZE);
            while (true) {
                long slice = left < 0 || left > SLICE_NANOS ? SLICE_NANOS : left;
                long acquired = acquire();
                int status;
                try {
                    status = call.run(acquired, slice, scratch.address(error));
                } finally {
                    release();
                }
                if (status == Abi.WST_E_TIMED_OUT || status == Abi.WST_E_WOULD_BLOCK) {
                    if (left >= 0 && (left -= slice) == 0) {
                        return false;
                    }
                    if (Thread.currentThread().isInterrupted()) {
                        throw new java.util.concurrent.CancellationException("the thread was interrupted while it waited");
                    }
                    continue;
                }
                scratch.check(status, error);
                return true;
            }
        }
    }

    /** @return whether {@link #close} was called */
    public final boolean isClosed() {
        return (users.get() & CLOSING) != 0;
    }

    /**
     * Ends the object. Waits for calls that other threads have in it; inside a callback it does not wait, and the last call that
     * leaves ends it. Closing twice does nothing.
     */
    @Override
    public void close() {
        long before = users.getAndUpdate(count -> (count & CLOSING) != 0 ? count : count | CLOSING);
        if ((before & CLOSING) == 0 && before == 0) {
            finish();
        }
        if (CALLBACKS.get()[0] > 0) {
            return;
        }
        synchronized (closed) {
            while (!isClosed) {
                try {
                    closed.wait();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void finish() {
        synchronized (closed) {
            if (isClosed) {
                return; // a call that came too late has left again
            }
            isClosed = true;
            closeHandle(handle, 0);
            closed.notifyAll();
        }
        afterClose();
    }
}
