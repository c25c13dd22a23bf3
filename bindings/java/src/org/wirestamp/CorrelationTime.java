// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/**
 * A converted value.
 *
 * @param clock what {@code value} counts
 * @param value ns
 * @param bound ns: the true value is believed to lie within value - bound and value + bound
 */
public record CorrelationTime(Clock clock, long value, long bound) {}
