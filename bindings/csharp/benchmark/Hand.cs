// SPDX-License-Identifier: Apache-2.0
//
// What a programmer without the binding would write: P/Invoke of libwirestamp with blittable structures.
using System.Runtime.InteropServices;

internal static unsafe class Hand
{
    private const string Library = "libwirestamp.so.1";

    [StructLayout(LayoutKind.Sequential)]
    internal struct SubscribeOptions
    {
        internal uint StructSize, Reserved;
        internal ulong Events;
        internal nint Object;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PtpTime
    {
        internal uint StructSize, ClockState;
        internal long Value, Earliest, Latest, LocalTime;
        internal uint LocalClock;
        internal short CurrentUtcOffset;
        internal ushort TimeFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CrossTimestamp
    {
        internal uint StructSize, Method;
        internal ulong InterfaceId;
        internal long SystemBefore, Device, SystemAfter;
        internal uint SystemClock, DeviceClock;
        internal int DeviceIndex;
        internal uint Samples;
        internal long Uncertainty;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Error
    {
        internal uint StructSize;
        internal int Status, OsError;
        internal uint Reserved;
        internal fixed byte Message[240];
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void EventFunction(nint user, void* happened);

    [DllImport(Library)] internal static extern int wst_ptp_now(nint ptp, PtpTime* time, void* error);
    [DllImport(Library)] internal static extern int wst_cross_timestamp_get(nint context, ulong id, uint clock, uint samples, CrossTimestamp* found, Error* error);
    [DllImport(Library)] internal static extern int wst_subscribe(nint context, SubscribeOptions* options, nint function, nint user, nint release, ulong* id, void* error);
    [DllImport(Library)] internal static extern int wst_unsubscribe(nint context, ulong id, void* error);
    [DllImport(Library)] internal static extern int wst_event_wait(nint context, int milliseconds, Wirestamp.Event* happened, void* error);
}
