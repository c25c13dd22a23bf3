// SPDX-License-Identifier: Apache-2.0

/**
 * Packet timestamps, timestamp capabilities and change notices of network adapters, cross-timestamps between adapter and system
 * clocks, and a complete PTPv2 clock (IEEE 1588) inside the program's own process.
 *
 * <p>Everything begins with {@link org.wirestamp.Context}, on the system, or with {@link org.wirestamp.Simulation}, a network
 * without hardware:
 *
 * <pre>{@code
 * try (Context context = new Context();
 *         PtpConfig config = new PtpConfig().addPort("eth0").set("clientOnly", "1");
 *         Ptp clock = context.openPtp(config)) {
 *     context.subscribe(null, clock, event -> System.out.println(event));
 *     clock.start();
 *     ...
 *     PtpTime now = clock.now();   // the time, and the interval that true time lies in
 * }
 * }</pre>
 *
 * <p>Failures are {@link org.wirestamp.WirestampException} with a status, the system's error and a message that says what to do.
 * What is closed may be used by mistake: that throws, too, and never crashes. Unsigned 64-bit values are {@code long} with their
 * bits as they are; {@link org.wirestamp.Unsigned} reads them. Timeouts that are {@code null} wait without limit.
 */
package org.wirestamp;
