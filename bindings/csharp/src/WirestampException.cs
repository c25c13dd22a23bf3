// SPDX-License-Identifier: Apache-2.0
using System;

namespace Wirestamp
{
    /// <summary>A call that failed. The message says what was wrong and what to do.</summary>
    public sealed class WirestampException : Exception
    {
        internal WirestampException(int status, int osError, string message)
            : base(message.Length != 0 ? message : Text.Read(Native.wst_status_text(status)))
        {
            Status = (Status)status;
            OsError = osError;
        }

        /// <summary>What kind of failure.</summary>
        public Status Status { get; }
        /// <summary>errno or GetLastError value behind it, 0 if none.</summary>
        public int OsError { get; }
        /// <summary>The name in the C interface, such as "WST_E_NOT_FOUND".</summary>
        public string StatusName => Text.Read(Native.wst_status_name((int)Status));
    }
}
