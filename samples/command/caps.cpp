// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp caps`: all that is known of one adapter's time stamping, supported beside active.

#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "library.hpp"
#include "table.hpp"
#include "teach.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

struct Answer {
    bool known = false;
    wst_capabilities found = WST_CAPABILITIES_INIT;
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    std::string problem;
};

template <typename Query>
Answer ask(wst_context* context, std::uint64_t id, std::uint32_t flags, Query query) {
    Answer answer;
    wst_error error = WST_ERROR_INIT;
    if (query(context, id, flags, &answer.found, &error) != WST_OK) {
        answer.problem = error.message;
        return answer;
    }
    answer.known = true;
    check([&](wst_error* e) { return wst_capabilities_ptp_support(&answer.found, &answer.support, e); });
    return answer;
}

std::vector<std::string> names(std::uint32_t mask, std::uint64_t bits) {
    std::vector<std::string> list;
    for (std::uint32_t bit = 0; bit < 64; ++bit)
        if ((bits >> bit & 1) != 0) {
            const char* name = wst_capability_name(mask, bit);
            list.push_back(name != nullptr ? name : "bit " + std::to_string(bit));
        }
    return list;
}

struct Row {
    const char* title;
    std::uint32_t valid;
    std::uint32_t mask;
    std::uint64_t (*bits)(const wst_capabilities&);
};

constexpr Row rows[] = {
    {"hardware", WST_CAPABILITIES_VALID_HARDWARE, WST_CAPABILITY_HARDWARE,
     [](const wst_capabilities& c) -> std::uint64_t { return c.hardware; }},
    {"software", WST_CAPABILITIES_VALID_SOFTWARE, WST_CAPABILITY_SOFTWARE,
     [](const wst_capabilities& c) -> std::uint64_t { return c.software; }},
    {"so_timestamping", WST_CAPABILITIES_VALID_SO_TIMESTAMPING, WST_CAPABILITY_SO_TIMESTAMPING,
     [](const wst_capabilities& c) -> std::uint64_t { return c.so_timestamping; }},
    {"tx_types", WST_CAPABILITIES_VALID_TX_TYPES, WST_CAPABILITY_TX_TYPE,
     [](const wst_capabilities& c) -> std::uint64_t { return c.tx_types; }},
    {"rx_filters", WST_CAPABILITIES_VALID_RX_FILTERS, WST_CAPABILITY_RX_FILTER,
     [](const wst_capabilities& c) -> std::uint64_t { return c.rx_filters; }},
};

json as_json(const Answer& answer) {
    if (!answer.known)
        return json{{"error", answer.problem}};
    json object{{"ptp_ipv4", wst_ptp_support_name(answer.support.ipv4)},
                {"ptp_ipv6", wst_ptp_support_name(answer.support.ipv6)}};
    for (const auto& row : rows) // what is unknown is null, which is not the empty list
        object[row.title] =
            (answer.found.valid & row.valid) != 0 ? json(names(row.mask, row.bits(answer.found))) : json();
    const auto known = [&](std::uint32_t bit) { return (answer.found.valid & bit) != 0; };
    object["phc_index"] = known(WST_CAPABILITIES_VALID_PHC_INDEX) ? json(answer.found.phc_index) : json();
    object["cross_timestamp"] =
        known(WST_CAPABILITIES_VALID_CROSS_TIMESTAMP) ? json(answer.found.cross_timestamp != 0) : json();
    object["clock_frequency_hz"] =
        known(WST_CAPABILITIES_VALID_CLOCK_FREQUENCY) ? json(answer.found.clock_frequency) : json();
    return object;
}

void print(const char* title, const Answer& answer) {
    std::printf("%s\n", paint(Colour::bold, title).c_str());
    if (!answer.known) {
        std::printf("  unknown: %s\n", answer.problem.c_str());
        return;
    }
    Table table({}, Table::Fit::wrap_last);
    table.add({"  PTP event messages", std::string("IPv4 ") + wst_ptp_support_name(answer.support.ipv4) +
                                           ", IPv6 " + wst_ptp_support_name(answer.support.ipv6)});
    for (const auto& row : rows) {
        std::string text;
        if ((answer.found.valid & row.valid) == 0)
            text = "unknown";
        for (const auto& name : names(row.mask, row.bits(answer.found)))
            text += (text.empty() ? "" : " ") + name;
        table.add({std::string("  ") + row.title, text.empty() ? "none" : text});
    }
    if ((answer.found.valid & WST_CAPABILITIES_VALID_PHC_INDEX) != 0)
        table.add({"  hardware clock", answer.found.phc_index < 0
                                           ? "none"
                                           : "/dev/ptp" + std::to_string(answer.found.phc_index)});
    if ((answer.found.valid & WST_CAPABILITIES_VALID_CROSS_TIMESTAMP) != 0)
        table.add({"  cross-timestamps", answer.found.cross_timestamp != 0 ? "yes" : "no"});
    table.print();
}

void run(const std::string& key, bool strict, bool json_lines) {
    const Context context = make_context();
    const wst_interface interface = find_interface(context.get(), key);
    const std::uint32_t flags = strict ? WST_CAPABILITIES_STRICT : 0;
    const Answer supported = ask(context.get(), interface.id, flags, wst_capabilities_supported);
    const Answer active = ask(context.get(), interface.id, flags, wst_capabilities_active);
    if (json_lines) {
        std::printf("%s\n", json{{"event", "capabilities"},
                                 {"interface", interface.name},
                                 {"id", interface.id},
                                 {"supported", as_json(supported)},
                                 {"active", as_json(active)}}
                                .dump()
                                .c_str());
        return;
    }
    std::printf("%s (index %u, %s%s%s)\n", interface.name, interface.index,
                wst_interface_kind_name(interface.kind), interface.driver[0] != '\0' ? ", driver " : "",
                interface.driver);
    print("supported", supported);
    print("active", active);
}

} // namespace

void add_caps(CLI::App& app, Global& global, int& exit_code) {
    auto* verb = app.add_subcommand("caps", "Tell what stamps an adapter can take and takes now");
    teach(*verb,
          "\"unknown\" is not \"none\": some drivers do not tell what is active. The last three rows are the "
          "kernel's own "
          "names (Documentation/networking/timestamping.rst).",
          {{"wirestamp caps eth0", "what it can, what it does now"},
           {"wirestamp caps eth0 --strict", "the same by the rule of Windows"}});
    auto key = std::make_shared<std::string>();
    auto strict = std::make_shared<bool>(false);
    verb->add_option("interface", *key, "Name, alternative name, index or 0x-id")
        ->required()
        ->type_name("INTERFACE");
    verb->add_flag("--strict", *strict, "As Windows does: never hardware and software stamps together");
    verb->callback([=, &global, &exit_code] {
        run(*key, *strict, global.json);
        exit_code = success;
    });
}

} // namespace command
