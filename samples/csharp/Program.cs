// SPDX-License-Identifier: Apache-2.0
//
//     samples NAME [ARGUMENT]...       NAME: hardware-timestamps, watch-changes, receive-latency, ptp-time, simulated-network
using Wirestamp;

string name = args.Length > 0 ? args[0] : "";
string[] rest = args.Skip(1).ToArray();
try
{
    return name switch
    {
        "hardware-timestamps" => HardwareTimestamps.Run(rest),
        "watch-changes" => await WatchChanges.Run(rest),
        "receive-latency" => await ReceiveLatency.Run(rest),
        "ptp-time" => await PtpTimeSample.Run(rest),
        "simulated-network" => SimulatedNetwork.Run(),
        _ => Usage(),
    };
}
catch (WirestampException error)
{
    Console.Error.WriteLine($"{name}: {error.Message}");
    return 1;
}

static int Usage()
{
    Console.Error.WriteLine("samples: name one of hardware-timestamps, watch-changes, receive-latency, ptp-time, simulated-network");
    return 2;
}
