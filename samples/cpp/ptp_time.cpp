// SPDX-License-Identifier: Apache-2.0
// Joins PTP on an interface and tells the time, with the interval that holds true time, after every sample.
//
//     ptp_time INTERFACE [OPTION VALUE]...      options as ptp4l's
#include <iomanip>
#include <iostream>
#include <wirestamp/wirestamp.hpp>

int main(int argc, char **argv) try {
    wirestamp::Context context;
    wirestamp::PtpConfig config(argc > 1 ? argv[1] : "eth0");
    for (int i = 2; i + 1 < argc; i += 2)
        config.set(argv[i], argv[i + 1]);
    wirestamp::Ptp ptp(context, config);
    const auto subscription = context.subscribe_queue(
        {WST_EVENT_BIT(WST_EVENT_PTP_OFFSET) | WST_EVENT_BIT(WST_EVENT_PTP_FAULT), ptp.handle()});
    ptp.start();
    for (int told = 0; told < 10;) {
        const auto event = context.wait_event(std::chrono::seconds(20));
        if (!event)
            throw wirestamp::Error(WST_E_TIMED_OUT, 0, "no master within 20 s");
        if (event->type == WST_EVENT_PTP_FAULT) {
            std::cerr << event->payload.ptp_fault.text << '\n';
            continue;
        }
        const wirestamp::PtpTime now = ptp.now();
        std::cout << now.ptp_time / 1000000000 << '.' << std::setfill('0') << std::setw(9)
                  << now.ptp_time % 1000000000 << " s, " << wst_ptp_clock_state_name(now.clock_state)
                  << ", true time within " << now.earliest - now.ptp_time << " .. +"
                  << now.latest - now.ptp_time << " ns" << std::endl;
        ++told;
    }
} catch (const wirestamp::Error &error) {
    std::cerr << "ptp_time: " << error.what() << '\n';
    return 1;
}
