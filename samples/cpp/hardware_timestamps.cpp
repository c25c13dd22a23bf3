// SPDX-License-Identifier: Apache-2.0
// Can PTPv2 be stamped on this adapter, and what is its clock worth against the system's?
//
//     hardware_timestamps [INTERFACE]        every one if none is named
#include <iostream>
#include <wirestamp/wirestamp.hpp>

namespace {

void print_flags(const char *title, bool known, std::uint32_t mask, std::uint32_t flags) {
    std::cout << "    " << title;
    if (!known)
        std::cout << " unknown";
    for (const std::string &name : wirestamp::capability_names(mask, known ? flags : 0))
        std::cout << ' ' << name;
    std::cout << (known && flags == 0 ? " none\n" : "\n");
}

void print_capabilities(const char *title, const wirestamp::Capabilities &capabilities) {
    const wirestamp::PtpSupport support = wirestamp::ptp_support(capabilities);
    std::cout << "  " << title << ": PTPv2 over IPv4 " << wst_ptp_support_name(support.ipv4) << ", over IPv6 "
              << wst_ptp_support_name(support.ipv6) << '\n';
    print_flags("hardware:", capabilities.valid & WST_CAPABILITIES_VALID_HARDWARE, WST_CAPABILITY_HARDWARE,
                capabilities.hardware);
    print_flags("software:", capabilities.valid & WST_CAPABILITIES_VALID_SOFTWARE, WST_CAPABILITY_SOFTWARE,
                capabilities.software);
}

void print_clock(const wirestamp::Context &context, std::uint64_t id) {
    try {
        for (int i = 0; i < 5; ++i) {
            const wirestamp::CrossTimestamp cross = context.cross_timestamp(id);
            std::cout << "    system " << cross.system_before << "  device " << cross.device << "  +-"
                      << cross.uncertainty << " ns (" << wst_cross_method_name(cross.method) << ")\n";
        }
    } catch (const wirestamp::Error &error) {
        std::cout << "    no cross-timestamps: " << error.what() << '\n';
    }
}

} // namespace

int main(int argc, char **argv) try {
    const wirestamp::Context context;
    for (const wirestamp::Interface &found : context.interfaces()) {
        if (argc > 1 && found.id != context.find_interface(argv[1]).id)
            continue;
        std::cout << found.name << " (" << wst_interface_kind_name(found.kind) << ")\n";
        print_capabilities("supported", context.supported_capabilities(found.id));
        print_capabilities("active", context.active_capabilities(found.id));
        print_clock(context, found.id);
    }
} catch (const wirestamp::Error &error) {
    std::cerr << "hardware_timestamps: " << error.what() << '\n';
    return 1;
}
