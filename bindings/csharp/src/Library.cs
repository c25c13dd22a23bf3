// SPDX-License-Identifier: Apache-2.0
using System;

namespace Wirestamp
{
    /// <summary>The native library that this assembly found.</summary>
    public static class Library
    {
        /// <summary>Such as "0.1.0".</summary>
        public static string Version
        {
            get
            {
                Demand();
                return Text.Read(Native.wst_version_string());
            }
        }
        /// <summary>One line for bug reports: version, compiler, system, options.</summary>
        public static string BuildInfo
        {
            get
            {
                Demand();
                return Text.Read(Native.wst_build_info());
            }
        }

        private static bool found;

        /// <summary>Before the first call: says what to do where the libraries are missing, which the runtime does not know.</summary>
        internal static void Demand()
        {
            if (found)
                return;
            try
            {
                Native.wst_version();
            }
            catch (DllNotFoundException missing)
            {
                throw new DllNotFoundException(
                    "The native libraries of Wirestamp could not be loaded: wirestampcs, which comes with this assembly, and wirestamp, which " +
                    "it needs (libwirestampcs.so and libwirestamp.so.1; wirestampcs.dll and wirestamp.dll). Put both beside the program or " +
                    "where the system looks for libraries (LD_LIBRARY_PATH; PATH on Windows). The system said: " + missing.Message, missing);
            }
            catch (BadImageFormatException foreign)
            {
                throw new BadImageFormatException("The native libraries of Wirestamp that were found are for another processor than this " +
                                                  "program runs on: " + foreign.Message, foreign);
            }
            found = true;
        }
    }
}
