// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** What a time value counts. */
public enum Clock {
    /** No value. */
    NONE(Abi.WST_CLOCK_NONE),
    /** UTC, ns since 1970. */
    REALTIME(Abi.WST_CLOCK_REALTIME),
    /** CLOCK_MONOTONIC, ns. */
    MONOTONIC(Abi.WST_CLOCK_MONOTONIC),
    /** CLOCK_MONOTONIC_RAW, ns: nobody steers it. */
    MONOTONIC_RAW(Abi.WST_CLOCK_MONOTONIC_RAW),
    /** TAI, ns since 1970. */
    TAI(Abi.WST_CLOCK_TAI),
    /** The adapter's hardware clock, ns. */
    DEVICE(Abi.WST_CLOCK_DEVICE),
    /** The adapter's free-running counter, in ticks of its own (Windows). */
    DEVICE_RAW(Abi.WST_CLOCK_DEVICE_RAW),
    /** QueryPerformanceCounter ticks (Windows). */
    QPC(Abi.WST_CLOCK_QPC),
    /** Time of a PTP engine. */
    PTP(Abi.WST_CLOCK_PTP);

    private static final Clock[] ALL = values();
    final int code;

    Clock(int code) {
        this.code = code;
    }

    static Clock of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : NONE;
    }
}
