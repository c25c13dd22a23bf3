// SPDX-License-Identifier: Apache-2.0
//
// interface.h, translated.

#include "wirestamp/interface.h"

#include <algorithm>
#include <charconv>

#include "impl/abi/addresses.hpp"
#include "impl/abi/arrays.hpp"
#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/runtime/interface_query.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

static_assert(sizeof(wst_address) == 24 && sizeof(wst_interface_address) == 32 &&
              sizeof(wst_interface) == 288);

namespace {

constexpr const char* kind_names[] = {"unknown", "ethernet", "loopback", "VLAN",     "bond", "bridge",
                                      "macvlan", "veth",     "tunnel",   "wireless", "other"};

wst_interface translate(const platform::Interface& interface) {
    wst_interface out = WST_INTERFACE_INIT;
    out.id = interface.id;
    out.lower_id = interface.lower.value_or(0);
    out.index = interface.index;
    out.flags = (interface.administratively_up ? WST_INTERFACE_UP : 0) |
                (interface.loopback ? WST_INTERFACE_LOOPBACK : 0) |
                (interface.multicast ? WST_INTERFACE_MULTICAST : 0);
    out.kind = static_cast<std::uint32_t>(interface.kind);
    out.link_state = static_cast<std::uint32_t>(interface.link);
    if (interface.link != platform::LinkState::unknown)
        out.valid |= WST_INTERFACE_VALID_LINK;
    if (interface.mtu != 0) {
        out.mtu = interface.mtu;
        out.valid |= WST_INTERFACE_VALID_MTU;
    }
    out.phc_index = interface.phc_index.value_or(-1);
    if (interface.phc_index)
        out.valid |= WST_INTERFACE_VALID_PHC_INDEX;
    if (interface.hardware_address_length != 0) {
        out.hardware_address_length = interface.hardware_address_length;
        std::copy(interface.hardware_address.begin(), interface.hardware_address.end(), out.hardware_address);
        out.valid |= WST_INTERFACE_VALID_HARDWARE_ADDRESS;
    }
    write_text(out.name, interface.name);
    write_text(out.friendly_name, interface.friendly_name);
    if (!interface.driver.empty()) {
        write_text(out.driver, interface.driver);
        out.valid |= WST_INTERFACE_VALID_DRIVER;
    }
    return out;
}

/// "[v6]:port" and "v4:port" into the address and the port.
Address parse_with_port(std::string text) {
    const std::string whole = text;
    std::string port;
    if (!text.empty() && text.front() == '[') {
        const std::size_t end = text.find(']');
        if (end == std::string::npos || (end + 1 < text.size() && text[end + 1] != ':'))
            throw Failure(WST_E_PARSE, "'" + whole.substr(0, 80) + "' has no ']' at the end of its address");
        port = end + 1 < text.size() ? text.substr(end + 2) : "";
        if (end + 1 < text.size() && port.empty())
            throw Failure(WST_E_PARSE, "'" + whole.substr(0, 80) + "' ends where its port should be");
        text = text.substr(1, end - 1);
        if (text.find(':') == std::string::npos)
            throw Failure(WST_E_PARSE, "'" + whole.substr(0, 80) + "' has no IPv6 address in its brackets");
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        port = text.substr(text.find(':') + 1);
        text.resize(text.find(':'));
        if (port.empty())
            throw Failure(WST_E_PARSE, "'" + whole.substr(0, 80) + "' ends where its port should be");
    }
    auto address = parse_address(text);
    if (!address)
        throw Failure(WST_E_PARSE,
                      "'" + whole.substr(0, 80) +
                          "' is no numeric IP address (such as 192.0.2.1, 192.0.2.1:319, ff02::6b, "
                          "[fe80::1%3]:319); names are not looked up");
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address->port);
        if (error != std::errc() || end != port.data() + port.size())
            throw Failure(WST_E_PARSE, "'" + port.substr(0, 16) + "' is no port (0 to 65535)");
    }
    return *address;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_address_parse(const char* text, wst_address* out, wst_error* error) {
    return guard(error, [&] {
        std::memset(&require(out, "out"), 0, sizeof *out);
        *out = abi::translate(parse_with_port(&require(text, "text")));
    });
}

wst_status WST_CALL wst_address_text(const wst_address* address, char* buffer, uint32_t size,
                                     wst_error* error) {
    return guard(error, [&] {
        require(address, "address");
        require(buffer, "buffer");
        if (size == 0)
            throw Failure(WST_E_LIMIT,
                          "the buffer has no room; WST_ADDRESS_TEXT_SIZE bytes suffice for any address");
        const Address translated = abi::translate(*address);
        if (translated.family == Family::none)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "address.family is neither WST_FAMILY_IPV4 nor WST_FAMILY_IPV6");
        Address without_port = translated;
        without_port.port = 0;
        std::string text = to_text(without_port);
        if (translated.port != 0)
            text = (translated.family == Family::ipv6 ? "[" + text + "]" : text) + ":" +
                   std::to_string(translated.port);
        const std::size_t length = std::min<std::size_t>(text.size(), size - 1);
        std::memcpy(buffer, text.data(), length);
        buffer[length] = '\0';
        if (length < text.size())
            throw Failure(WST_E_LIMIT,
                          "the buffer is too small; WST_ADDRESS_TEXT_SIZE bytes suffice for any address");
    });
}

const char* WST_CALL wst_interface_kind_name(uint32_t kind) {
    return kind < std::size(kind_names) ? kind_names[kind] : kind_names[0];
}

wst_status WST_CALL wst_interface_list(wst_context* context, wst_interface* out, uint32_t capacity,
                                       uint32_t* count, wst_error* error) {
    return guard(error, [&] {
        require(count, "count") = 0;
        require(context, "context");
        const OutputArray<wst_interface> array(out, capacity, "out");
        const auto lock = context->lock();
        auto list = context->platform().interfaces().list();
        std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
        *count = static_cast<std::uint32_t>(list.size());
        for (std::uint32_t i = 0; i < std::min(*count, capacity); ++i)
            array.write(i, translate(list[i]));
        if (capacity != 0 && *count > capacity)
            throw Failure(WST_E_LIMIT, "there are " + std::to_string(*count) + " interfaces and room for " +
                                           std::to_string(capacity) + "; ask again with a larger array");
    });
}

wst_status WST_CALL wst_interface_find(wst_context* context, const char* key, wst_interface* out,
                                       wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        require(key, "key");
        check_output(out, "out");
        const auto lock = context->lock();
        write_struct(out, translate(runtime::interface_named(context->platform(), key)));
    });
}

wst_status WST_CALL wst_interface_get(wst_context* context, uint64_t interface_id, wst_interface* out,
                                      wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        check_output(out, "out");
        const auto lock = context->lock();
        write_struct(out, translate(runtime::interface_of(context->platform(), interface_id)));
    });
}

wst_status WST_CALL wst_interface_addresses(wst_context* context, uint64_t interface_id,
                                            wst_interface_address* out, uint32_t capacity, uint32_t* count,
                                            wst_error* error) {
    return guard(error, [&] {
        require(count, "count") = 0;
        require(context, "context");
        if (capacity != 0)
            require(out, "out");
        const auto lock = context->lock();
        const auto interface = runtime::interface_of(context->platform(), interface_id);
        *count = static_cast<std::uint32_t>(interface.addresses.size());
        for (std::uint32_t i = 0; i < std::min(*count, capacity); ++i) {
            const platform::InterfaceAddress& address = interface.addresses[i];
            out[i] = {abi::translate(address.address), address.prefix_length, 0};
            out[i].address.port = 0;
        }
        if (capacity != 0 && *count > capacity)
            throw Failure(WST_E_LIMIT, "there are " + std::to_string(*count) + " addresses and room for " +
                                           std::to_string(capacity) + "; ask again with a larger array");
    });
}

} // extern "C"
