// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** What holds for the library as a whole. Everything else begins with {@link Context} or {@link Simulation}. */
public final class Wirestamp {
    private Wirestamp() {}

    /** @return version of the C library that is loaded, such as "0.1.0" */
    public static String version() {
        return Native.wst_version_string();
    }

    /** @return one line for bug reports: version, compiler, system, options */
    public static String buildInfo() {
        return Native.wst_build_info();
    }
}
