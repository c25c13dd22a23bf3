// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * One subscription's way from C to a listener. While the subscription lasts, C holds this object, so that the collector never
 * takes a listener that somebody still waits on.
 */
final class Delivery extends EventReceiver {
    private final ByteBuffer bytes;
    private final Context context;
    private final EventListener listener;

    private Delivery(ByteBuffer bytes, Context context, EventListener listener) {
        super(Native.buffer_address(bytes));
        this.bytes = bytes;
        this.context = context;
        this.listener = listener;
    }

    /** A call that makes a subscription of three pointers; its status. */
    interface Subscribe {
        int run(long function, long user, long release, long error);
    }

    static void start(Context context, EventListener listener, Subscribe subscribe) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Abi.wst_event.SIZE).order(ByteOrder.nativeOrder());
        Delivery delivery = new Delivery(bytes, context, listener);
        // From the first event on it is C's, and that may come before the call returns.
        delivery.swigReleaseOwnership();
        boolean started = false;
        try {
            context.call((h, e) -> subscribe.run(event_function(), getCPtr(delivery), release_function(), e));
            started = true;
        } finally {
            if (!started) {
                delivery.swigTakeOwnership();
                delivery.delete();
            }
        }
    }

    @Override
    public void take() {
        int[] callbacks = NativeObject.CALLBACKS.get();
        callbacks[0]++;
        context.callbackThread = Thread.currentThread();
        try {
            listener.onEvent(EventReader.read(context, bytes, 0));
        } catch (Throwable failure) {
            report(failure);
        } finally {
            context.callbackThread = null;
            callbacks[0]--;
        }
    }

    private void report(Throwable failure) {
        try {
            Consumer<Throwable> handler = context.failureHandler;
            if (handler != null) {
                handler.accept(failure);
            } else {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
        } catch (Throwable hopeless) {
            // Nothing may pass into C.
        }
    }
}
