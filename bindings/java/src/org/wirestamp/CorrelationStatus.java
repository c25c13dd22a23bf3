// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.time.Duration;

/**
 * How a correlation stands.
 *
 * @param state whether it converts
 * @param reason of the last change of state, such as "clock stepped"
 * @param stampClock one of its clocks
 * @param systemClock the other
 * @param method of the last sample
 * @param interfaceId whose device clock, unsigned
 * @param rate ppb by which the stamp clock is faster than the system clock
 * @param rateBound ppb
 * @param referenceSystem ns: at this value of the system clock,
 * @param referenceStamp ns: the stamp clock shows this
 * @param bound ns: bound of a conversion at the last sample
 * @param spread ns: how far samples lie from the fit
 * @param samples taken since it was opened
 * @param outliers of these, not used because they did not fit
 * @param restarts how often it began anew
 * @param interval between samples
 */
public record CorrelationStatus(CorrelationState state, String reason, Clock stampClock, Clock systemClock, CrossMethod method,
        long interfaceId, double rate, double rateBound, long referenceSystem, long referenceStamp, long bound, long spread,
        long samples, long outliers, long restarts, Duration interval) {}
