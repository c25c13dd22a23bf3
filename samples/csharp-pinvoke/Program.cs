// SPDX-License-Identifier: Apache-2.0
// Direct P/Invoke of the C interface, with no binding at all: what stamps an adapter supports, and its clock against the system's.
//
//     pinvoke [INTERFACE]       lo if none is given
using System.Runtime.InteropServices;

unsafe
{
    WstError error = WstError.Prepared;
    nint context;
    try
    {
        Wst.Check(Wst.wst_context_create(null, &context, &error), error);
        WstInterface found = new() { StructSize = (uint)sizeof(WstInterface) };
        fixed (byte* key = Wst.Utf8(args.Length > 0 ? args[0] : "lo"))
            Wst.Check(Wst.wst_interface_find(context, key, &found, &error), error);
        WstCapabilities capabilities = new() { StructSize = (uint)sizeof(WstCapabilities) };
        Wst.Check(Wst.wst_capabilities_supported(context, found.Id, 0, &capabilities, &error), error);
        Console.WriteLine($"{Marshal.PtrToStringUTF8((nint)found.Name)}: index {found.Index}, hardware 0x{capabilities.Hardware:x}, software 0x{capabilities.Software:x}");

        long raw;
        Wst.Check(Wst.wst_clock_read(context, 3, 0, &raw, &error), error); // WST_CLOCK_MONOTONIC_RAW
        Console.WriteLine($"MONOTONIC_RAW {raw} ns");
        WstCrossTimestamp cross = new() { StructSize = (uint)sizeof(WstCrossTimestamp) };
        if (Wst.wst_cross_timestamp_get(context, found.Id, 0, 0, &cross, &error) == 0)
            Console.WriteLine($"system {cross.SystemBefore}, device {cross.Device} ns, +-{cross.Uncertainty}");
        else
            Console.WriteLine($"no cross-timestamps: {error.Text}");
        Wst.Check(Wst.wst_context_close(context, &error), error);
        return 0;
    }
    catch (InvalidOperationException failure)
    {
        Console.Error.WriteLine($"pinvoke: {failure.Message}");
        return 1;
    }
}
