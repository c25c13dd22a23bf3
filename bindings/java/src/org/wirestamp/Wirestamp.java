// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.net.InetSocketAddress;

/** What holds for the library as a whole. Everything else begins with {@link Context} or {@link Simulation}. */
public final class Wirestamp {
    private Wirestamp() {}

    /** @return version of the C library that is loaded, such as "0.1.0" */
    public static String version() {
        return Native.wst_version_string();
    }

    /**
     * Reads a numeric address; names are not looked up.
     *
     * @param text such as "192.0.2.1:319", "ff02::6b" or "[fe80::1%3]:319"; without a port it is 0
     * @return the address
     */
    public static InetSocketAddress parseAddress(String text) {
        try (Scratch s = Scratch.open()) {
            int out = s.room(Abi.wst_address.SIZE);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_address_parse(text, s.address(out), s.address(error)), error);
            return Addresses.readSocket(s.bytes, out);
        }
    }

    /**
     * Writes an address as {@link #parseAddress} reads it, without the port if that is 0.
     *
     * @param address numeric
     * @return such as "[fe80::1%3]:319"
     */
    public static String addressText(InetSocketAddress address) {
        try (Scratch s = Scratch.open()) {
            int in = s.room(Abi.wst_address.SIZE);
            Addresses.write(s.bytes, in, address);
            int out = s.room(Abi.WST_ADDRESS_TEXT_SIZE);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_address_text(s.address(in), s.address(out), Abi.WST_ADDRESS_TEXT_SIZE, s.address(error)), error);
            return Scratch.text(s.bytes, out, Abi.WST_ADDRESS_TEXT_SIZE);
        }
    }

    /** @return one line for bug reports: version, compiler, system, options */
    public static String buildInfo() {
        return Native.wst_build_info();
    }
}
