// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.net.InetAddress;

/**
 * An IP address of an interface.
 *
 * @param address IPv4 or IPv6
 * @param prefixLength bits of the network part
 */
public record InterfaceAddress(InetAddress address, int prefixLength) {}
