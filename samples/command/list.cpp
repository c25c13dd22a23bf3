// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp list`: this host's adapters, and how good PTP stamps on each can be and are now.

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "library.hpp"
#include "table.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

struct Support {
    bool known = false;
    wst_ptp_support levels = WST_PTP_SUPPORT_INIT;
    std::string problem;
};

template <typename Query>
Support ask(wst_context* context, std::uint64_t id, Query query) {
    Support support;
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    wst_error error = WST_ERROR_INIT;
    if (query(context, id, 0, &capabilities, &error) != WST_OK) {
        support.problem = error.message;
        return support;
    }
    check([&](wst_error* e) { return wst_capabilities_ptp_support(&capabilities, &support.levels, e); });
    support.known = (support.levels.valid & WST_PTP_SUPPORT_VALID_SOFTWARE) != 0;
    if ((support.levels.valid & WST_PTP_SUPPORT_VALID_HARDWARE) == 0)
        support.problem = "hardware: the driver does not tell";
    return support;
}

std::string level(const Support& support) {
    return support.known ? wst_ptp_support_name(support.levels.both) : "unknown";
}

std::vector<std::string> addresses(wst_context* context, std::uint64_t id) {
    wst_interface_address list[32];
    std::uint32_t count = 0;
    wst_interface_addresses(context, id, list, 32, &count, nullptr);
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < count && i < 32; ++i) {
        char text[WST_ADDRESS_TEXT_SIZE];
        if (wst_address_text(&list[i].address, text, sizeof(text), nullptr) == WST_OK)
            texts.emplace_back(text);
    }
    return texts;
}

const char* link_name(std::uint32_t state) {
    return state == WST_LINK_UP ? "up" : state == WST_LINK_DOWN ? "down" : "unknown";
}

void run(bool as_json) {
    const Context context = make_context();

    Table table({"INTERFACE", "KIND", "LINK", "DRIVER", "PHC", "PTP STAMPS: CAN", "NOW", "ADDRESS"});
    for (const auto& entry : interfaces(context.get())) {
        const Support supported = ask(context.get(), entry.id, wst_capabilities_supported);
        const Support active = ask(context.get(), entry.id, wst_capabilities_active);
        const auto texts = addresses(context.get(), entry.id);
        if (as_json) {
            json object{{"event", "adapter"},
                        {"interface", entry.name},
                        {"id", entry.id},
                        {"index", entry.index},
                        {"kind", wst_interface_kind_name(entry.kind)},
                        {"link", link_name(entry.link_state)},
                        {"driver", entry.driver},
                        {"addresses", texts},
                        {"ptp_supported", level(supported)},
                        {"ptp_active", level(active)}};
            if ((entry.valid & WST_INTERFACE_VALID_PHC_INDEX) != 0)
                object["phc_index"] = entry.phc_index;
            if ((entry.valid & WST_INTERFACE_VALID_MTU) != 0)
                object["mtu"] = entry.mtu;
            std::printf("%s\n", object.dump().c_str());
        } else {
            const bool phc_known = (entry.valid & WST_INTERFACE_VALID_PHC_INDEX) != 0;
            table.add({entry.name, wst_interface_kind_name(entry.kind), link_name(entry.link_state),
                       entry.driver[0] != '\0' ? entry.driver : "-",
                       !phc_known            ? "?"
                       : entry.phc_index < 0 ? "none"
                                             : "/dev/ptp" + std::to_string(entry.phc_index),
                       level(supported), level(active), texts.empty() ? "-" : texts.front()});
        }
    }
    if (!as_json)
        table.print();
}

} // namespace

void add_list(CLI::App& app, Global& global, int& exit_code) {
    auto* verb =
        app.add_subcommand("list", "List the network adapters and the stamps that PTP can have on them");
    teach(
        *verb,
        "CAN is what the adapter supports, NOW what is active: hardware stamps are off until somebody "
        "enables them "
        "(on Linux `wirestamp ptp -H` does, with the privilege CAP_NET_ADMIN); software stamps cost nothing.",
        {{"wirestamp list", "a table"},
         {"wirestamp list --json | jq -r 'select(.ptp_supported == \"hardware\").interface'",
          "the names of the adapters that stamp PTP in hardware"}});
    verb->callback([&] {
        run(global.json);
        exit_code = success;
    });
}

} // namespace command
