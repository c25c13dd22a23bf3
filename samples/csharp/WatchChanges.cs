// SPDX-License-Identifier: Apache-2.0
// Tells of every change of adapters, links, time stamping and hardware clocks, as it comes.
//
//     watch-changes [SECONDS]                until Ctrl-C if none is given
using Wirestamp;

internal static class WatchChanges
{
    internal static async Task<int> Run(string[] args)
    {
        using var context = new Context();
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (sender, key) =>
        {
            key.Cancel = true;
            stop.Cancel();
        };
        if (args.Length > 0)
            stop.CancelAfter(TimeSpan.FromSeconds(double.Parse(args[0])));

        IAsyncEnumerable<InterfaceChange> changes = context.WatchAsync(cancellation: stop.Token); // watches from here on
        Console.WriteLine("watching");
        try
        {
            await foreach (InterfaceChange change in changes)
            {
                Console.Write(change);
                if (change.Reasons.HasFlag(ChangeReasons.Renamed))
                    Console.Write($" (was {change.OldName})");
                if (change.Reasons.HasFlag(ChangeReasons.Link))
                    Console.Write($" ({change.LinkAfter})");
                if (change.Reasons.HasFlag(ChangeReasons.ClockStepped))
                    Console.Write($" (by {change.ClockStep})");
                if (change.Reasons.HasFlag(ChangeReasons.ActiveCapabilities))
                    Console.Write($" ({change.ActiveAfter.Hardware})");
                Console.WriteLine();
            }
        }
        catch (OperationCanceledException)
        {
            // the time is up
        }
        return 0;
    }
}
