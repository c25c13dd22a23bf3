// SPDX-License-Identifier: Apache-2.0
// Joins PTP on an interface and tells the time, with the interval that holds true time, after every sample.
//
//     ptp-time INTERFACE [OPTION VALUE]...      options as ptp4l's
using Wirestamp;

internal static class PtpTimeSample
{
    internal static async Task<int> Run(string[] args)
    {
        using var context = new Context();
        using var config = new PtpConfig(args.Length > 0 ? args[0] : "eth0");
        for (int i = 1; i + 1 < args.Length; i += 2)
            config.Set(args[i], args[i + 1]);
        using var ptp = new PtpClock(context, config);
        ptp.FaultOccurred += (clock, fault) => Console.Error.WriteLine(fault.Description);
        ptp.ClockStateChanged += (clock, change) => Console.WriteLine($"{change.OldState} -> {change.NewState}");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        IAsyncEnumerable<Event> offsets = context.EventsAsync(EventTypes.PtpOffset, ptp, patience.Token);
        ptp.Start();
        int told = 0;
        try
        {
            await foreach (Event sample in offsets)
            {
                PtpTime now = ptp.Now;
                Console.WriteLine($"{now}, true time within {now.Earliest - now.Value} .. +{now.Latest - now.Value} ns, offset {sample.PtpOffset.OffsetFromMaster}");
                if (++told == 10)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("ptp-time: not ten samples within a minute: is there a master?");
        }
        return told == 10 ? 0 : 1;
    }
}
