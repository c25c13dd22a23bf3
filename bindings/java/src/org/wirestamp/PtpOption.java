// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/**
 * A row of the option table.
 *
 * @param name linuxptp's, where it has one
 * @param ofPort an option of a port (as a clock's option: the default of all ports), else of the clock
 * @param defaultValue as text
 * @param allowed range or words, for people
 * @param unit "" if none
 * @param description one sentence
 */
public record PtpOption(String name, boolean ofPort, String defaultValue, String allowed, String unit, String description) {}
