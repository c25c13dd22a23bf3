// SPDX-License-Identifier: Apache-2.0
//
// As much of the C interface as the program beside uses, written down by hand: fixed-width fields in C's order make structures
// that need no marshalling ("blittable"), and a caller-owned error makes calls safe on any thread. See api/wirestamp/*.h.
using System.Runtime.InteropServices;
using System.Text;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct WstError
{
    public uint StructSize;
    public int Status;
    public int OsError;
    public uint Reserved;
    public fixed byte Message[240];

    public static WstError Prepared => new() { StructSize = (uint)sizeof(WstError) };
    public readonly string Text
    {
        get
        {
            fixed (byte* bytes = Message)
                return Marshal.PtrToStringUTF8((nint)bytes) ?? "";
        }
    }
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct WstInterface
{
    public uint StructSize, Valid;
    public ulong Id, LowerId;
    public uint Index, Flags, Kind, LinkState, Mtu;
    public int PhcIndex;
    public fixed byte HardwareAddress[8];
    public uint HardwareAddressLength, Reserved;
    public fixed byte Name[64];
    public fixed byte FriendlyName[128];
    public fixed byte Driver[32];
}

[StructLayout(LayoutKind.Sequential)]
internal struct WstCapabilities
{
    public uint StructSize, Valid, Hardware, Software;
    public ulong ClockFrequency, SoTimestamping;
    public uint TxTypes, RxFilters;
    public int PhcIndex;
    public uint CrossTimestamp, ProviderIndex, ProviderQualifier;
}

[StructLayout(LayoutKind.Sequential)]
internal struct WstCrossTimestamp
{
    public uint StructSize, Method;
    public ulong InterfaceId;
    public long SystemBefore, Device, SystemAfter;
    public uint SystemClock, DeviceClock;
    public int DeviceIndex;
    public uint Samples;
    public long Uncertainty;
}

internal static unsafe partial class Wst
{
    private const string Library = "libwirestamp.so.1"; // "wirestamp" on Windows

    [DllImport(Library)] public static extern int wst_context_create(void* options, nint* context, WstError* error);
    [DllImport(Library)] public static extern int wst_context_close(nint context, WstError* error);
    [DllImport(Library)] public static extern int wst_interface_find(nint context, byte* key, WstInterface* found, WstError* error);
    [DllImport(Library)] public static extern int wst_capabilities_supported(nint context, ulong id, uint flags, WstCapabilities* found, WstError* error);
    [DllImport(Library)] public static extern int wst_cross_timestamp_get(nint context, ulong id, uint clock, uint samples, WstCrossTimestamp* found, WstError* error);
    [DllImport(Library)] public static extern int wst_clock_read(nint context, uint clock, ulong id, long* value, WstError* error);

    public static void Check(int status, in WstError error)
    {
        if (status != 0)
            throw new InvalidOperationException(error.Text);
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
