// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** java.net addresses to and from wst_address. */
final class Addresses {
    private Addresses() {}

    static void write(ByteBuffer bytes, int at, InetAddress address, int port) {
        byte[] octets = address.getAddress();
        bytes.putLong(at, 0);
        bytes.put(at + Abi.wst_address.family, (byte) (octets.length == 4 ? Abi.WST_FAMILY_IPV4 : Abi.WST_FAMILY_IPV6));
        bytes.putShort(at + Abi.wst_address.port, (short) port);
        if (address instanceof Inet6Address six) {
            bytes.putInt(at + Abi.wst_address.scope_id, six.getScopeId());
        }
        bytes.putLong(at + Abi.wst_address.bytes, 0);
        bytes.putLong(at + Abi.wst_address.bytes + 8, 0);
        bytes.put(at + Abi.wst_address.bytes, octets);
    }

    static void write(ByteBuffer bytes, int at, InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(address + " is not resolved; give a numeric address");
        }
        write(bytes, at, address.getAddress(), address.getPort());
    }

    /** Null if there is none. */
    static InetAddress read(ByteBuffer bytes, int at) {
        int family = Scratch.octet(bytes, at + Abi.wst_address.family);
        try {
            if (family == Abi.WST_FAMILY_IPV4) {
                return InetAddress.getByAddress(Scratch.octets(bytes, at + Abi.wst_address.bytes, 4));
            }
            if (family == Abi.WST_FAMILY_IPV6) {
                int scope = bytes.getInt(at + Abi.wst_address.scope_id);
                byte[] octets = Scratch.octets(bytes, at + Abi.wst_address.bytes, 16);
                return scope != 0 ? Inet6Address.getByAddress(null, octets, scope) : InetAddress.getByAddress(octets);
            }
            return null;
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Null if there is none. */
    static InetSocketAddress readSocket(ByteBuffer bytes, int at) {
        InetAddress address = read(bytes, at);
        return address == null ? null
                : new InetSocketAddress(address, Scratch.unsigned(bytes, at + Abi.wst_address.port));
    }
}
