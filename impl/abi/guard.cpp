// SPDX-License-Identifier: Apache-2.0

#include "impl/abi/guard.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <system_error>

namespace wirestamp::abi {

namespace {

/// Cutting text may not leave half a character behind.
std::size_t cut_utf8(const char* text, std::size_t room) {
    std::size_t length = std::strlen(text);
    if (length <= room)
        return length;
    length = room;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80u)
        --length;
    return length;
}

wst_status status_of(const std::error_code& code) noexcept {
    const auto is = [&](std::errc condition) { return code == condition; };
    if (is(std::errc::not_enough_memory) || is(std::errc::no_buffer_space))
        return WST_E_OUT_OF_MEMORY;
    if (is(std::errc::too_many_files_open) || is(std::errc::too_many_files_open_in_system) ||
        is(std::errc::resource_unavailable_try_again))
        return WST_E_LIMIT;
    if (is(std::errc::permission_denied) || is(std::errc::operation_not_permitted))
        return WST_E_PERMISSION;
    return WST_E_IO;
}

} // namespace

void write_error(wst_error* error, wst_status status, std::int32_t os_error, const char* message) noexcept {
    if (!error)
        return;
    const std::size_t size = std::min<std::size_t>(error->struct_size, sizeof(wst_error));
    if (size < offsetof(wst_error, os_error))
        return;
    error->status = status;
    if (size >= offsetof(wst_error, reserved))
        error->os_error = os_error;
    if (size >= offsetof(wst_error, message))
        error->reserved = 0;
    if (size > offsetof(wst_error, message)) {
        if (!message)
            message = wst_status_text(status);
        const std::size_t length = cut_utf8(message, size - offsetof(wst_error, message) - 1);
        std::memcpy(error->message, message, length);
        error->message[length] = '\0';
    }
    error->struct_size = static_cast<std::uint32_t>(size);
}

wst_status report_exception(wst_error* error) noexcept {
    try {
        throw;
    } catch (const Failure& failure) {
        write_error(error, failure.status(), failure.os_error(), failure.what());
        return failure.status();
    } catch (const std::bad_alloc&) {
        write_error(error, WST_E_OUT_OF_MEMORY, 0, nullptr);
        return WST_E_OUT_OF_MEMORY;
    } catch (const std::system_error& system) {
        const wst_status status = status_of(system.code());
        write_error(error, status, system.code().value(), system.what());
        return status;
    } catch (const std::exception& other) {
        write_error(error, WST_E_INTERNAL, 0, other.what());
    } catch (...) {
        write_error(error, WST_E_INTERNAL, 0, nullptr);
    }
    return WST_E_INTERNAL;
}

void refuse_null(const char* name) {
    throw Failure(WST_E_INVALID_ARGUMENT, std::string("argument '") + name + "' is NULL");
}

} // namespace wirestamp::abi
