// SPDX-License-Identifier: Apache-2.0
//
// The order in which option bits are given up.

#include "impl/platform/linux/stamp_options.hpp"

#include <cerrno>

#include "impl/platform/linux/kernel.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

// Without opt_tsonly a stamp comes with the whole packet, which only costs room in the queue. Without opt_id
// it cannot be matched, and without a way to receive any the rest is useless.
constexpr std::uint32_t given_up_in_order[] = {kernel::opt_rx_filter,
                                               kernel::opt_tx_swhw,
                                               kernel::opt_tsonly,
                                               kernel::opt_id,
                                               kernel::rx_hardware | kernel::raw_hardware,
                                               kernel::rx_software | kernel::software};

} // namespace

bool StampOptions::receives() const noexcept {
    return (granted & (kernel::rx_software | kernel::rx_hardware)) != 0;
}

bool StampOptions::transmits() const noexcept {
    return (granted & kernel::opt_id) != 0;
}

std::uint32_t wanted_stamp_options(StampMode mode) noexcept {
    // No TX bit here: each packet asks for its own stamp by a control message, the others stay free.
    constexpr std::uint32_t soft = kernel::rx_software | kernel::software;
    constexpr std::uint32_t hard = kernel::rx_hardware | kernel::raw_hardware;
    constexpr std::uint32_t transmit = kernel::opt_id | kernel::opt_tsonly;
    switch (mode) {
        case StampMode::none:
            return 0;
        case StampMode::software:
            return soft | transmit;
        case StampMode::hardware:
            return hard | transmit;
        case StampMode::both:
            return soft | hard | transmit | kernel::opt_tx_swhw;
    }
    return 0;
}

int apply_stamp_options(SystemCalls& system, int fd, const StampOptions& options) {
    const bool binds = (options.granted & kernel::bind_phc) != 0;
    if (options.option == kernel::so_timestamping_new || binds) {
        // struct so_timestamping since 5.14; a kernel before reads the first word of it.
        const struct {
            std::uint32_t flags;
            std::int32_t bind_phc;
        } value{options.granted, options.bound_clock};
        const int result = system.set_option(fd, SOL_SOCKET, options.option, &value, sizeof value);
        if (result != -EINVAL || binds)
            return result;
    }
    return system.set_option(fd, SOL_SOCKET, options.option, &options.granted, sizeof options.granted);
}

StampOptions negotiate_stamps(SystemCalls& system, int fd, StampMode mode, std::int32_t virtual_clock) {
    StampOptions result;
    const std::uint32_t always = virtual_clock >= 0 ? kernel::bind_phc : 0;
    for (const int option : {kernel::so_timestamping_new, kernel::so_timestamping_old}) {
        auto bits = wanted_stamp_options(mode);
        auto next = std::begin(given_up_in_order);
        while (bits != 0) {
            const StampOptions granted{bits | always, option, virtual_clock >= 0 ? virtual_clock : 0, 0};
            const int outcome = apply_stamp_options(system, fd, granted);
            if (outcome >= 0) {
                if (granted.receives() || granted.transmits())
                    return granted;
                break;
            }
            result.error = -outcome;
            if (outcome != -EINVAL && outcome != -EOPNOTSUPP)
                break;
            while (next != std::end(given_up_in_order) && (bits & *next) == 0)
                ++next;
            if (next == std::end(given_up_in_order))
                break;
            bits &= ~*next++;
        }
    }
    return result;
}

} // namespace wirestamp::platform::gnu_linux
