// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Kinds of events, for what a subscription is to bring. */
public enum EventType {
    /** {@link Event.Overflow}, which comes whatever was asked for. */
    OVERFLOW(Abi.WST_EVENT_OVERFLOW),
    /** {@link Event.OfInterface}. */
    INTERFACE(Abi.WST_EVENT_INTERFACE),
    /** {@link Event.PtpPort}. */
    PTP_PORT_STATE(Abi.WST_EVENT_PTP_PORT_STATE),
    /** {@link Event.PtpBestMaster}. */
    PTP_BEST_MASTER(Abi.WST_EVENT_PTP_BEST_MASTER),
    /** {@link Event.PtpOffset}. */
    PTP_OFFSET(Abi.WST_EVENT_PTP_OFFSET),
    /** {@link Event.PtpClock}. */
    PTP_CLOCK_STATE(Abi.WST_EVENT_PTP_CLOCK_STATE),
    /** {@link Event.PtpFault}. */
    PTP_FAULT(Abi.WST_EVENT_PTP_FAULT),
    /** {@link Event.OfSocket}. */
    SOCKET(Abi.WST_EVENT_SOCKET),
    /** {@link Event.OfCorrelation}. */
    CORRELATION(Abi.WST_EVENT_CORRELATION),
    /** {@link Event.PtpClockStep}. */
    PTP_CLOCK_STEP(Abi.WST_EVENT_PTP_CLOCK_STEP),
    /** {@link Event.PtpSystemClock}. */
    PTP_SYSTEM_CLOCK(Abi.WST_EVENT_PTP_SYSTEM_CLOCK),
    /** {@link Event.PtpDisagreement}. */
    PTP_DISAGREEMENT(Abi.WST_EVENT_PTP_DISAGREEMENT);

    final int code;

    EventType(int code) {
        this.code = code;
    }
}
