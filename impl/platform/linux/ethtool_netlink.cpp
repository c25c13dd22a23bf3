// SPDX-License-Identifier: Apache-2.0
//
// Requests and replies of the ethtool family. Numbers are given here, since the headers of the oldest systems
// that this is built on lack them.

#include "impl/platform/linux/ethtool_netlink.hpp"

#include <linux/genetlink.h>

#include <bit>
#include <cerrno>

namespace wirestamp::platform::gnu_linux {

namespace {

// include/uapi/linux/ethtool_netlink.h, ethtool_netlink_generated.h
constexpr std::uint8_t tsinfo_get = 25;
constexpr std::uint8_t tsconfig_get = 46;
constexpr std::uint8_t tsconfig_set = 47;
constexpr std::uint32_t flag_compact_bitsets = 1u << 0;

enum HeaderAttribute : std::uint16_t { header_dev_index = 1, header_dev_name = 2, header_flags = 3 };
enum BitsetAttribute : std::uint16_t {
    bitset_nomask = 1,
    bitset_size = 2,
    bitset_bits = 3,
    bitset_value = 4,
    bitset_bits_bit = 1,
    bit_index = 1,
    bit_value = 3,
};
enum TsinfoAttribute : std::uint16_t {
    tsinfo_header = 1,
    tsinfo_timestamping = 2,
    tsinfo_tx_types = 3,
    tsinfo_rx_filters = 4,
    tsinfo_phc_index = 5,
    tsinfo_provider = 7,
};
enum TsconfigAttribute : std::uint16_t {
    tsconfig_header = 1,
    tsconfig_provider = 2,
    tsconfig_tx_types = 3,
    tsconfig_rx_filters = 4,
    tsconfig_flags = 5,
};
enum ProviderAttribute : std::uint16_t { provider_index = 1, provider_qualifier = 2 };

std::optional<StampProvider> read_provider(Bytes nest) {
    StampProvider provider;
    bool known = false;
    while (auto attribute = next_attribute(nest)) {
        const auto value = attribute->number<std::uint32_t>();
        if (!value)
            continue;
        if (attribute->type == provider_index) {
            provider.index = *value;
            known = true;
        } else if (attribute->type == provider_qualifier) {
            provider.qualifier = *value;
        }
    }
    return known ? std::optional(provider) : std::nullopt;
}

// A header without a name is no contradiction.
bool is_of_another(Bytes header, const std::string& name) {
    while (auto attribute = next_attribute(header))
        if (attribute->type == header_dev_name)
            return attribute->text() != name;
    return false;
}

// The configuration is told as a set of exactly one bit.
int only_bit(Bytes nest) {
    const auto bits = read_bitset(nest);
    return bits == 0 ? 0 : std::countr_zero(bits);
}

void write_bit(NetlinkRequest& request, std::uint16_t type, int number) {
    const auto set = request.begin(type);
    // Without a mask the bits given are the whole set.
    request.attribute(bitset_nomask, nullptr, 0);
    const auto bits = request.begin(bitset_bits);
    const auto one = request.begin(bitset_bits_bit);
    request.attribute(bit_index, static_cast<std::uint32_t>(number));
    request.end(one).end(bits).end(set);
}

void read_config_attribute(const NetlinkAttribute& attribute, StampConfig& config) {
    switch (attribute.type) {
        case tsconfig_provider:
            config.provider = read_provider(attribute.payload);
            break;
        case tsconfig_tx_types:
            config.tx_type = only_bit(attribute.payload);
            break;
        case tsconfig_rx_filters:
            config.rx_filter = only_bit(attribute.payload);
            break;
        case tsconfig_flags:
            config.flags = static_cast<std::uint32_t>(read_bitset(attribute.payload));
            break;
        default:
            break;
    }
}

} // namespace

std::uint64_t read_bitset(Bytes nest) {
    std::uint64_t bits = 0;
    while (auto attribute = next_attribute(nest)) {
        if (attribute->type == bitset_value) {
            const auto words = attribute->payload;
            for (std::size_t i = 0; i < 2 && words.size() >= (i + 1) * 4; ++i) {
                std::uint32_t word;
                std::memcpy(&word, words.data() + i * 4, 4);
                bits |= std::uint64_t{word} << (32 * i);
            }
        } else if (attribute->type == bitset_bits) {
            auto list = attribute->payload;
            while (auto entry = next_attribute(list)) {
                std::optional<std::uint32_t> index;
                auto parts = entry->payload;
                while (auto part = next_attribute(parts))
                    if (part->type == bit_index)
                        index = part->number<std::uint32_t>();
                if (index && *index < 64)
                    bits |= std::uint64_t{1} << *index;
            }
        }
    }
    return bits;
}

EthtoolNetlink::EthtoolNetlink(SystemCalls& system) : channel_(system, NETLINK_GENERIC) {}

int EthtoolNetlink::resolve_family() {
    if (family_ != 0 || family_error_ != 0)
        return family_error_;
    NetlinkRequest request(GENL_ID_CTRL, 0);
    genlmsghdr header{};
    header.cmd = CTRL_CMD_GETFAMILY;
    header.version = 1;
    request.header(header).attribute(CTRL_ATTR_FAMILY_NAME, std::string("ethtool"));
    const int outcome = channel_.ask(request, [&](const NetlinkMessage& message) {
        auto rest = message.attributes<genlmsghdr>();
        while (auto attribute = next_attribute(rest))
            if (attribute->type == CTRL_ATTR_FAMILY_ID)
                family_ = attribute->number<std::uint16_t>().value_or(0);
    });
    // Before 5.6 there is no such family, and there will be none until the next boot.
    if (outcome < 0 || family_ == 0)
        family_error_ = -EOPNOTSUPP;
    return family_error_;
}

int EthtoolNetlink::ask(std::uint8_t command, std::uint16_t header_attribute, std::uint32_t interface_index,
                        std::uint16_t flags, const std::function<void(NetlinkRequest&)>& add,
                        const std::function<void(const NetlinkAttribute&)>& read) {
    const std::lock_guard lock(mutex_);
    if (const int outcome = resolve_family(); outcome < 0)
        return outcome;
    NetlinkRequest request(family_, flags);
    genlmsghdr header{};
    header.cmd = command;
    header.version = 1;
    request.header(header);
    const auto nest = request.begin(header_attribute);
    request.attribute(header_dev_index, interface_index);
    request.attribute(header_flags, flag_compact_bitsets);
    request.end(nest);
    if (add)
        add(request);
    return channel_.ask(request, [&](const NetlinkMessage& message) {
        auto rest = message.attributes<genlmsghdr>();
        while (auto attribute = next_attribute(rest))
            read(*attribute);
    });
}

int EthtoolNetlink::stamp_facts(std::uint32_t interface_index, const std::string& name, StampFacts& facts) {
    facts = {};
    bool another = false;
    const auto read = [&](const NetlinkAttribute& attribute) {
        switch (attribute.type) {
            case tsinfo_header:
                another = is_of_another(attribute.payload, name);
                break;
            case tsinfo_timestamping:
                facts.so_timestamping = read_bitset(attribute.payload);
                break;
            case tsinfo_tx_types:
                facts.tx_types = static_cast<std::uint32_t>(read_bitset(attribute.payload));
                break;
            case tsinfo_rx_filters:
                facts.rx_filters = static_cast<std::uint32_t>(read_bitset(attribute.payload));
                break;
            case tsinfo_phc_index:
                facts.phc_index = attribute.number<std::int32_t>().value_or(-1);
                break;
            case tsinfo_provider:
                facts.provider = read_provider(attribute.payload);
                break;
            default:
                break;
        }
    };
    // By reference: the function itself would not fit without memory from the heap.
    const int outcome = ask(tsinfo_get, tsinfo_header, interface_index, 0, {}, std::cref(read));
    return another ? -ENODEV : outcome;
}

int EthtoolNetlink::stamp_config(std::uint32_t interface_index, StampConfig& config) {
    config = {};
    return ask(tsconfig_get, tsconfig_header, interface_index, 0, {},
               [&](const NetlinkAttribute& attribute) { read_config_attribute(attribute, config); });
}

int EthtoolNetlink::set_stamp_config(std::uint32_t interface_index, StampConfig& config) {
    const auto wanted = config;
    return ask(
        tsconfig_set, tsconfig_header, interface_index, NLM_F_ACK,
        [&](NetlinkRequest& request) {
            write_bit(request, tsconfig_tx_types, wanted.tx_type);
            write_bit(request, tsconfig_rx_filters, wanted.rx_filter);
        },
        [&](const NetlinkAttribute& attribute) { read_config_attribute(attribute, config); });
}

} // namespace wirestamp::platform::gnu_linux
