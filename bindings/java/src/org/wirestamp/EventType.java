// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Kinds of events, for what a subscription is to bring. */
public enum EventType {
    OVERFLOW(Abi.WST_EVENT_OVERFLOW),
    INTERFACE(Abi.WST_EVENT_INTERFACE),
    PTP_PORT_STATE(Abi.WST_EVENT_PTP_PORT_STATE),
    PTP_BEST_MASTER(Abi.WST_EVENT_PTP_BEST_MASTER),
    PTP_OFFSET(Abi.WST_EVENT_PTP_OFFSET),
    PTP_CLOCK_STATE(Abi.WST_EVENT_PTP_CLOCK_STATE),
    PTP_FAULT(Abi.WST_EVENT_PTP_FAULT),
    SOCKET(Abi.WST_EVENT_SOCKET),
    CORRELATION(Abi.WST_EVENT_CORRELATION),
    PTP_CLOCK_STEP(Abi.WST_EVENT_PTP_CLOCK_STEP),
    PTP_SYSTEM_CLOCK(Abi.WST_EVENT_PTP_SYSTEM_CLOCK),
    PTP_DISAGREEMENT(Abi.WST_EVENT_PTP_DISAGREEMENT);

    final int code;

    EventType(int code) {
        this.code = code;
    }
}
