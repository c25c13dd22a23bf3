// SPDX-License-Identifier: Apache-2.0
// How long a received datagram takes from its stamp (in the adapter, or in the kernel) to the application.
// Turns hardware stamps on where it can, and correlates the stamps' clock with the system's; the correlation
// begins anew by itself where it must.
//
//     receive_latency [INTERFACE [PORT [COUNT]]]     without a port it sends to itself on lo, COUNT datagrams
//     (default 20)
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <wirestamp/wirestamp.hpp>

namespace {

wirestamp::Correlation correlate(wirestamp::Context &context, const wst_stamp &stamp) {
    wirestamp::CorrelationOptions options(stamp.interface_id);
    options.stamp_clock = stamp.clock;
    wirestamp::Correlation correlation(context, options);
    if (!correlation.wait(std::chrono::seconds(10)))
        throw wirestamp::Error(WST_E_TIMED_OUT, 0, "the stamps' clock could not be correlated within 10 s");
    return correlation;
}

} // namespace

int main(int argc, char **argv) try {
    const std::string name = argc > 1 ? argv[1] : "lo";
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 0);
    const int count = argc > 3 ? std::atoi(argv[3]) : 20;

    wirestamp::Context context;
    const wirestamp::Interface found = context.find_interface(name);
    wirestamp::SocketOptions options(port != 0 ? wirestamp::Address::any(port)
                                               : wirestamp::Address("127.0.0.1"));
    if (port != 0)
        options.interface_id = found.id;
    wirestamp::EnabledStamps enabled; // given back at the end
    try {
        enabled = context.enable_stamps(found.id);
        options.stamps = WST_STAMPS_BOTH;
    } catch (const wirestamp::Error &error) {
        std::cout << "software stamps, because: " << error.what() << '\n';
    }
    wirestamp::Socket socket(context, options);
    const wirestamp::Address self = socket.local_address();
    std::optional<wirestamp::Correlation> correlation;
    std::uint32_t correlated = WST_CLOCK_NONE;

    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0, sum = 0, taken = 0;
    std::vector<unsigned char> buffer(2048);
    const std::int64_t began = context.read_clock(WST_CLOCK_MONOTONIC_RAW);
    for (int i = 0; i < count;) {
        if (port == 0) // something to receive
            socket.send(wirestamp::Bytes("ping", 4), self);
        const auto datagram = socket.receive(buffer);
        const std::int64_t now = context.read_clock(WST_CLOCK_MONOTONIC_RAW);
        const wst_stamp stamp = wirestamp::best_stamp(*datagram);
        if (stamp.source == WST_SOURCE_NONE) {
            if (taken == 0 && now - began > 5'000'000'000) // a kernel begins a moment after it is asked
                throw wirestamp::Error(WST_E_NOT_SUPPORTED, 0, "no datagram came with a stamp in 5 s");
            continue;
        }
        if (stamp.clock != correlated) { // the first, or another kind
            correlation = correlate(context, stamp);
            correlated = stamp.clock;
        }
        wirestamp::CorrelationTime time;
        if (correlation->try_convert(stamp.clock, stamp.value, time) != WST_OK)
            continue; // just beginning anew
        const std::int64_t latency = now - time.value;
        std::cout << "datagram " << i++ << ": " << wst_source_name(stamp.source) << " stamp, latency "
                  << latency << " ns (+-" << time.bound << ")\n";
        least = std::min(least, latency);
        most = std::max(most, latency);
        sum += latency;
        ++taken;
    }
    if (taken != 0)
        std::cout << taken << " datagrams: least " << least << " ns, mean " << sum / taken << " ns, most "
                  << most << " ns\n";
} catch (const wirestamp::Error &error) {
    std::cerr << "receive_latency: " << error.what() << '\n';
    return 1;
}
