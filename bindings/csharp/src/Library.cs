// SPDX-License-Identifier: Apache-2.0
namespace Wirestamp
{
    /// <summary>The native library that this assembly found.</summary>
    public static class Library
    {
        /// <summary>Such as "0.1.0".</summary>
        public static string Version => Text.Read(Native.wst_version_string());
        /// <summary>One line for bug reports: version, compiler, system, options.</summary>
        public static string BuildInfo => Text.Read(Native.wst_build_info());
    }
}
