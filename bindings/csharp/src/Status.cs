// SPDX-License-Identifier: Apache-2.0
namespace Wirestamp
{
    /// <summary>What a call came to. Names and numbers are those of the C interface (base.h) and never change.</summary>
    public enum Status
    {
        /// <summary>Done.</summary>
        Ok = 0,
        /// <summary>An argument is missing, out of range or malformed; the message says which.</summary>
        InvalidArgument = -1,
        /// <summary>The loaded library is older than this assembly and does not know what was asked for.</summary>
        UnsupportedField = -2,
        /// <summary>No such interface, option, subscription or object.</summary>
        NotFound = -3,
        /// <summary>The system refused; the message names what helps.</summary>
        Permission = -4,
        /// <summary>This system, adapter or driver cannot do it.</summary>
        NotSupported = -5,
        /// <summary>Nothing came within the time given.</summary>
        TimedOut = -6,
        /// <summary>Not now.</summary>
        WouldBlock = -7,
        /// <summary>The call waits for callbacks and was made inside one.</summary>
        WouldDeadlock = -8,
        /// <summary>The object is closing or closed.</summary>
        Closed = -9,
        /// <summary>Somebody else uses it.</summary>
        Busy = -10,
        /// <summary>Memory could not be had.</summary>
        OutOfMemory = -11,
        /// <summary>A stated limit is reached.</summary>
        Limit = -12,
        /// <summary>Not in this state.</summary>
        State = -13,
        /// <summary>The value is outside what is allowed or what the driver offers.</summary>
        Range = -14,
        /// <summary>No option of that name; the message names the nearest one.</summary>
        UnknownOption = -15,
        /// <summary>The driver contradicts itself.</summary>
        BadDriver = -16,
        /// <summary>The interface was there and has been removed.</summary>
        InterfaceGone = -17,
        /// <summary>The system reported another error; see <see cref="WirestampException.OsError"/>.</summary>
        IO = -18,
        /// <summary>Text or a file could not be read; the message names line and reason.</summary>
        Parse = -19,
        /// <summary>Only an administrator can change this; the message holds the exact command.</summary>
        Administrator = -20,
        /// <summary>A defect in the library.</summary>
        Internal = -21,
    }
}
