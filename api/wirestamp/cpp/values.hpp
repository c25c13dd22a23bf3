// SPDX-License-Identifier: Apache-2.0
/**
 * @file values.hpp
 * @brief The structures of the C interface as values that begin with their defaults, addresses as text, bytes as spans, and
 * names of flags.
 *
 * Each is its C structure and nothing more: it may be given wherever that is asked for, and its fields are documented there.
 */
#ifndef WIRESTAMP_CPP_VALUES_HPP
#define WIRESTAMP_CPP_VALUES_HPP

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/cpp/error.hpp"
#include "wirestamp/interface.h"
#include "wirestamp/socket.h"

namespace wirestamp {

#ifndef SWIG
namespace detail {
template <class Container>
using Readable = std::enable_if_t<std::is_object_v<std::remove_pointer_t<decltype(std::declval<Container &>().data())>>>;
template <class Container>
using Writable = std::enable_if_t<std::is_convertible_v<decltype(std::declval<Container &>().data()), void *> &&
                                  std::is_object_v<std::remove_pointer_t<decltype(std::declval<Container &>().data())>>>;
} // namespace detail

/// Bytes that somebody else owns, to be read: of a vector, array, string, or pointer and size.
class Bytes {
public:
    constexpr Bytes() noexcept = default;
    constexpr Bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class Container, class = detail::Readable<const Container>>
    Bytes(const Container &container) noexcept : data_(container.data()), size_(container.size() * sizeof(*container.data())) {}

    constexpr const void *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    const void *data_ = nullptr;
    std::size_t size_ = 0;
};

/// The same, to be written to.
class MutableBytes {
public:
    constexpr MutableBytes() noexcept = default;
    constexpr MutableBytes(void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class Container, class = detail::Writable<Container>>
    MutableBytes(Container &container) noexcept : data_(container.data()), size_(container.size() * sizeof(*container.data())) {}

    constexpr void *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    void *data_ = nullptr;
    std::size_t size_ = 0;
};
#endif

/// An IP address with a port. Any constructor but the first reads text: "192.0.2.1:319", "[ff02::6b%3]:319", "fe80::1%3".
struct Address : wst_address {
    Address() noexcept : wst_address() {}
    Address(const wst_address &address) noexcept : wst_address(address) {}
    explicit Address(const std::string &text) : wst_address() {
        check([&](wst_error *error) { return wst_address_parse(text.c_str(), this, error); });
    }
    Address(const std::string &text, std::uint16_t port_number) : Address(text) { port = port_number; }
    /// All addresses of this host, or none: 0 is IPv4, WST_FAMILY_IPV6 IPv6.
    static Address any(std::uint16_t port_number, std::uint8_t family_number = WST_FAMILY_IPV4) noexcept {
        Address out;
        out.family = family_number;
        out.port = port_number;
        return out;
    }
};

/// Such as "192.0.2.1:319".
inline std::string to_string(const wst_address &address) {
    char text[WST_ADDRESS_TEXT_SIZE];
    check([&](wst_error *error) { return wst_address_text(&address, text, sizeof text, error); });
    return text;
}
#ifndef SWIG
inline bool operator==(const wst_address &a, const wst_address &b) noexcept {
    const std::size_t length = a.family == WST_FAMILY_IPV4 ? 4 : sizeof a.bytes;
    return a.family == b.family && a.port == b.port && a.scope_id == b.scope_id && std::memcmp(a.bytes, b.bytes, length) == 0;
}
inline bool operator!=(const wst_address &a, const wst_address &b) noexcept {
    return !(a == b);
}
#endif

struct Interface : wst_interface {
    Interface() noexcept : wst_interface WST_INTERFACE_INIT {}
};
struct Capabilities : wst_capabilities {
    Capabilities() noexcept : wst_capabilities WST_CAPABILITIES_INIT {}
};
struct PtpSupport : wst_ptp_support {
    PtpSupport() noexcept : wst_ptp_support WST_PTP_SUPPORT_INIT {}
};
struct EnableOptions : wst_enable_options {
    EnableOptions() noexcept : wst_enable_options WST_ENABLE_OPTIONS_INIT {}
};
struct InterfaceChange : wst_interface_change {
    InterfaceChange() noexcept : wst_interface_change() { struct_size = WST_INTERFACE_CHANGE_SIZE; }
};
struct WatchOptions : wst_watch_options {
    WatchOptions() noexcept : wst_watch_options WST_WATCH_OPTIONS_INIT {}
};
struct CrossTimestamp : wst_cross_timestamp {
    CrossTimestamp() noexcept : wst_cross_timestamp WST_CROSS_TIMESTAMP_INIT {}
};

/// See wst_capabilities_ptp_support.
inline PtpSupport ptp_support(const wst_capabilities &capabilities) {
    PtpSupport out;
    check([&](wst_error *error) { return wst_capabilities_ptp_support(&capabilities, &out, error); });
    return out;
}

/// Names of the bits that are set in one mask of a wst_capabilities; `mask` is WST_CAPABILITY_HARDWARE and so on.
inline std::vector<std::string> capability_names(std::uint32_t mask, std::uint64_t value) {
    std::vector<std::string> out;
    for (std::uint32_t bit = 0; bit < 64 && wst_capability_name(mask, bit); ++bit)
        if (value >> bit & 1)
            out.emplace_back(wst_capability_name(mask, bit));
    return out;
}
/// Names of the reasons of a wst_interface_change: "added", "link", …
inline std::vector<std::string> change_names(std::uint32_t reasons) {
    std::vector<std::string> out;
    for (std::uint32_t bit = 0; bit < 32 && wst_change_name(bit); ++bit)
        if (reasons >> bit & 1)
            out.emplace_back(wst_change_name(bit));
    return out;
}

} // namespace wirestamp

#endif
