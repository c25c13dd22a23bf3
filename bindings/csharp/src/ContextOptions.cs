// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace Wirestamp
{
    /// <summary>Levels of log lines, as syslog's.</summary>
    public enum LogLevel
    {
        /// <summary>The library's default: notices and worse.</summary>
        Default = 0,
        /// <summary>Errors.</summary>
        Error = 3,
        /// <summary>Warnings.</summary>
        Warning = 4,
        /// <summary>What is worth knowing.</summary>
        Notice = 5,
        /// <summary>More.</summary>
        Info = 6,
        /// <summary>All.</summary>
        Debug = 7,
    }

    /// <summary>How a <see cref="Context"/> is made. The defaults are the library's.</summary>
    public sealed class ContextOptions
    {
        /// <summary>No thread of the library's own: the caller drives the context with <see cref="Context.Run"/>.</summary>
        public bool CallerDriven { get; set; }
        /// <summary>Events kept until they are taken, 0: 1024.</summary>
        public int EventQueueCapacity { get; set; }
        /// <summary>Lines above this level are not made.</summary>
        public LogLevel LogLevel { get; set; }
        /// <summary>
        /// Takes log lines, on any thread, perhaps several at once. It must not call back into the context. What it throws is lost.
        /// </summary>
        public Action<LogLevel, string>? Log { get; set; }
        /// <summary>For what PTP wants random; 0: taken from the system.</summary>
        public ulong Seed { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ContextOptionsData
    {
        internal uint structSize;
        internal uint flags;
        internal uint eventQueueCapacity;
        internal int logLevel;
        internal IntPtr log;
        internal IntPtr logUser;
        internal IntPtr simulation;
        internal IntPtr simulationHost;
        internal ulong seed;
    }

    /// <summary>Leads the library's log lines to a function of the program's.</summary>
    internal static class LogReceiver
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void LogFunction(IntPtr user, int level, IntPtr text);

        private static readonly LogFunction kept = Line;
        internal static readonly IntPtr Function = Marshal.GetFunctionPointerForDelegate(kept);

        private static void Line(IntPtr user, int level, IntPtr text)
        {
            try
            {
                ((Action<LogLevel, string>)GCHandle.FromIntPtr(user).Target!)((LogLevel)level, Text.Read(text));
            }
            catch (Exception)
            {
                // Nothing may leave a callback, and where to say that logging failed, if not to the log?
            }
        }
    }
}
