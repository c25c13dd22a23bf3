// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** Which stamps a socket asks for. */
public enum Stamps {
    /** Kernel stamps. */
    SOFTWARE,
    /** Adapter stamps alone. */
    HARDWARE,
    /** Whatever comes, each labelled. */
    BOTH,
    /** An ordinary socket. */
    NONE
}
