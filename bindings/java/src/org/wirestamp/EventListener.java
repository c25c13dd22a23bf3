// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/**
 * Takes events. Runs on the context's own thread, or on the one that drives a simulated or caller-driven context; calls of one
 * context never overlap. An exception is handed to the context's failure handler and ends nothing.
 */
@FunctionalInterface
public interface EventListener {
    /** @param event what happened */
    void onEvent(Event event);
}
