// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/os_failure.hpp"

#include <cerrno>

#include "impl/platform/windows/declarations.hpp"

namespace wirestamp::platform::windows {

namespace {

struct Meaning {
    std::uint32_t code;
    wst_status status;
    int number; // errno
    const char* text;
};

constexpr Meaning meanings[] = {
    {code::file_not_found, WST_E_NOT_FOUND, ENODEV, "there is no such device"},
    {code::access_denied, WST_E_PERMISSION, EACCES, "access is denied"},
    {code::not_enough_memory, WST_E_OUT_OF_MEMORY, ENOMEM, "out of memory"},
    {code::gen_failure, WST_E_IO, EIO, "the device does not work"},
    {code::not_supported, WST_E_NOT_SUPPORTED, ENOSYS, "the request is not supported"},
    {code::invalid_parameter, WST_E_INVALID_ARGUMENT, EINVAL, "a parameter is wrong"},
    {code::procedure_not_found, WST_E_NOT_SUPPORTED, ENOSYS, "this Windows has no such function"},
    {code::not_found, WST_E_NOT_FOUND, ENODEV, "it was not found"},
    {code::privilege_not_held, WST_E_PERMISSION, EPERM, "a privilege is missing"},
    {code::bad_driver, WST_E_BAD_DRIVER, EIO, "the driver claims an impossible configuration"},
    {code::would_block, WST_E_WOULD_BLOCK, EAGAIN, "nothing is there now"},
    {code::socket_access, WST_E_PERMISSION, EACCES, "access is forbidden"},
    {code::socket_invalid, WST_E_INVALID_ARGUMENT, EINVAL, "an argument is invalid"},
    {code::not_a_socket, WST_E_CLOSED, EBADF, "it is no socket any more"},
    {code::message_size, WST_E_RANGE, EMSGSIZE, "the message is too long"},
    {code::no_protocol_option, WST_E_NOT_SUPPORTED, ENOSYS, "the option is not known"},
    {code::operation_not_supported, WST_E_NOT_SUPPORTED, ENOSYS, "the operation is not supported"},
    {code::family_not_supported, WST_E_NOT_SUPPORTED, EAFNOSUPPORT, "the address family is not supported"},
    {code::address_in_use, WST_E_BUSY, EADDRINUSE, "the address is in use"},
    {code::address_not_available, WST_E_NOT_FOUND, EADDRNOTAVAIL, "the address is not one of this host's"},
    {code::network_down, WST_E_IO, ENETDOWN, "the network is down"},
    {code::network_unreachable, WST_E_IO, ENETUNREACH, "the network cannot be reached"},
    {code::network_reset, WST_E_IO, ENETRESET, "the time to live of a datagram ran out"},
    {code::connection_reset, WST_E_IO, ECONNREFUSED, "nobody listens there"},
    {code::no_buffers, WST_E_LIMIT, ENOBUFS, "there is no more buffer space"},
    {code::host_unreachable, WST_E_IO, EHOSTUNREACH, "the host cannot be reached"},
};

const Meaning* meaning_of(std::uint32_t code) noexcept {
    for (const auto& meaning : meanings)
        if (meaning.code == code)
            return &meaning;
    return nullptr;
}

} // namespace

Failure os_failure(std::uint32_t code, const std::string& what, const std::string& advice) {
    const auto* meaning = meaning_of(code);
    auto message = what + ": " + (meaning ? std::string(meaning->text) + " " : std::string()) +
                   "(Windows error " + std::to_string(code) + ")";
    if (!advice.empty())
        message += ". " + advice;
    return Failure(meaning ? meaning->status : WST_E_IO, message, static_cast<std::int32_t>(code));
}

int to_errno(std::uint32_t code) noexcept {
    const auto* meaning = meaning_of(code);
    return meaning ? meaning->number : EIO;
}

} // namespace wirestamp::platform::windows
