// SPDX-License-Identifier: Apache-2.0
// Tells of every change of adapters, links, time stamping and hardware clocks, as it comes.
//
//     watch_changes [SECONDS]                without end if none is given
#include <cstdlib>
#include <iostream>
#include <thread>
#include <wirestamp/wirestamp.hpp>

int main(int argc, char **argv) try {
    wirestamp::Context context;
    // On the context's own thread. It may call any function; here it only tells.
    const wirestamp::Subscription watching = context.watch([](const wirestamp::InterfaceChange &change) {
        std::cout << change.name << ':';
        for (const std::string &reason : wirestamp::change_names(change.reasons))
            std::cout << ' ' << reason;
        if (change.reasons & WST_CHANGE_RENAMED)
            std::cout << " (was " << change.old_name << ')';
        if (change.reasons & WST_CHANGE_LINK)
            std::cout << (change.link_after == WST_LINK_UP ? " (up)" : " (down)");
        if (change.reasons & WST_CHANGE_CLOCK_STEPPED)
            std::cout << " (by " << change.clock_step << " ns)";
        if (change.reasons & WST_CHANGE_ACTIVE)
            for (const std::string &name :
                 wirestamp::capability_names(WST_CAPABILITY_HARDWARE, change.active_after.hardware))
                std::cout << ' ' << name;
        std::cout << std::endl;
    });
    std::cout << "watching" << std::endl;
    if (argc > 1)
        std::this_thread::sleep_for(std::chrono::seconds(std::atoi(argv[1])));
    else
        for (;;)
            std::this_thread::sleep_for(std::chrono::hours(1));
} catch (const wirestamp::Error &error) {
    std::cerr << "watch_changes: " << error.what() << '\n';
    return 1;
}
