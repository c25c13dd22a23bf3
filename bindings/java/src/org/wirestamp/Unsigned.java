// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.math.BigInteger;

/** Java has no unsigned 64-bit type: such values come as {@code long} with their bits as they are, and these read them. */
public final class Unsigned {
    private Unsigned() {}

    /**
     * @param bits an unsigned value
     * @return it in decimal
     */
    public static String toString(long bits) {
        return Long.toUnsignedString(bits);
    }

    /**
     * @param bits an unsigned value
     * @return it in hexadecimal with "0x", as interface ids are written
     */
    public static String toHex(long bits) {
        return "0x" + Long.toHexString(bits);
    }

    /**
     * @param bits an unsigned value
     * @return it without loss
     */
    public static BigInteger toBigInteger(long bits) {
        return new BigInteger(toString(bits));
    }

    /**
     * @param text decimal, or hexadecimal with "0x"
     * @return the bits
     */
    public static long parse(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
    }

    /**
     * @param a an unsigned value
     * @param b another
     * @return negative, 0 or positive as {@code a} is less than, equal to or greater than {@code b}
     */
    public static int compare(long a, long b) {
        return Long.compareUnsigned(a, b);
    }
}
