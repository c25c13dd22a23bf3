// SPDX-License-Identifier: Apache-2.0
// Can PTPv2 be stamped on this adapter, and what is its clock worth against the system's?
//
//     hardware-timestamps [INTERFACE]        every one if none is named
using Wirestamp;

internal static class HardwareTimestamps
{
    internal static int Run(string[] args)
    {
        using var context = new Context();
        foreach (InterfaceInfo found in args.Length > 0 ? new[] { context.FindInterface(args[0]) } : context.GetInterfaces())
        {
            Console.WriteLine($"{found.Name} ({found.Kind})");
            Print("supported", context.GetSupportedCapabilities(found.Id));
            Print("active", context.GetActiveCapabilities(found.Id));
            try
            {
                for (int i = 0; i < 5; ++i)
                {
                    CrossTimestamp cross = context.GetCrossTimestamp(found.Id);
                    Console.WriteLine($"    system {cross.SystemBefore}  device {cross.Device}  +-{cross.Uncertainty} ({cross.Method})");
                }
            }
            catch (WirestampException error) when (error.Status is Status.NotSupported or Status.Permission)
            {
                Console.WriteLine($"    no cross-timestamps: {error.Message}");
            }
        }
        return 0;
    }

    private static void Print(string title, Capabilities capabilities)
    {
        PtpSupport support = capabilities.PtpSupport;
        Console.WriteLine($"  {title}: PTPv2 over IPv4 {support.IPv4}, over IPv6 {support.IPv6}{(support.IsCertain ? "" : " at least")}");
        Console.WriteLine($"    hardware: {capabilities.Hardware?.ToString() ?? "unknown"}");
        Console.WriteLine($"    software: {capabilities.Software?.ToString() ?? "unknown"}");
    }
}
