// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Events that were asked for. Any thread. */
public final class Subscription implements AutoCloseable {
    private final Context context;
    private final long id;

    Subscription(Context context, long id) {
        this.context = context;
        this.id = id;
    }

    /** @return never reused, never 0 */
    public long id() {
        return id;
    }

    /**
     * Ends it. When this returns the listener has run for the last time, and is let go of; inside a listener of the same context
     * it returns at once, and if it is this one's own, the running call is the last. Do not hold a lock that the listener takes.
     * Ending twice, or after the context, does nothing.
     */
    @Override
    public void close() {
        try {
            context.unsubscribe(id);
        } catch (WirestampException ended) {
            if (ended.status() != Status.NOT_FOUND && ended.status() != Status.CLOSED) {
                throw ended;
            }
        }
    }
}
