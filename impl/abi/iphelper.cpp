// SPDX-License-Identifier: Apache-2.0
//
// What stands behind iphelper.h: the IP Helper functions over this library's own C interface, on two contexts
// of the process. Questions are asked on one without a thread; notices need a thread, which lives as long as
// somebody is registered.

#include "wirestamp/iphelper.h"

#if !defined(_WIN32)
#include <time.h>
#endif

#include <cstddef>
#include <cstring>
#include <cwchar>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "impl/abi/guard.hpp"
#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/context.h"
#include "wirestamp/interface.h"

namespace {

// Windows' structures as the system declares them, whatever this compiler's headers know.
struct TimestampCapabilities {
    std::uint64_t HardwareClockFrequencyHz;
    unsigned char SupportsCrossTimestamp;
    unsigned char HardwareCapabilities[11];
    unsigned char SoftwareCapabilities[3];
};
static_assert(sizeof(TimestampCapabilities) == 24 &&
              offsetof(TimestampCapabilities, HardwareCapabilities) == 9);
struct HardwareCrossTimestamp {
    std::uint64_t SystemTimestamp1;
    std::uint64_t HardwareClockTimestamp;
    std::uint64_t SystemTimestamp2;
};
static_assert(sizeof(HardwareCrossTimestamp) == 24);

std::uint32_t to_windows(wst_status status) noexcept {
    switch (status) {
        case WST_OK:
            return NO_ERROR;
        case WST_E_NOT_SUPPORTED:
            return ERROR_NOT_SUPPORTED;
        case WST_E_BAD_DRIVER:
            return ERROR_BAD_DRIVER;
        case WST_E_NOT_FOUND:
        case WST_E_INTERFACE_GONE:
            return ERROR_NOT_FOUND;
        case WST_E_INVALID_ARGUMENT:
        case WST_E_RANGE:
            return ERROR_INVALID_PARAMETER;
        case WST_E_PERMISSION:
            return ERROR_ACCESS_DENIED;
        case WST_E_OUT_OF_MEMORY:
        case WST_E_LIMIT:
            return ERROR_NOT_ENOUGH_MEMORY;
        case WST_E_BUSY:
            return ERROR_BUSY;
        default:
            return ERROR_GEN_FAILURE;
    }
}

struct CloseContext {
    void operator()(wst_context* context) const noexcept { wst_context_close(context, nullptr); }
};
using ContextHandle = std::unique_ptr<wst_context, CloseContext>;

struct Registration {
    void(WST_CALL* callback)(void*);
    void* caller_context;
};

struct Process {
    std::mutex mutex;
    ContextHandle questions;
    ContextHandle notices;
    std::map<wst_subscription, std::unique_ptr<Registration>> registrations;
};

Process& process() {
    static Process instance;
    return instance;
}

wst_context* questions() {
    Process& shared = process();
    const std::lock_guard lock(shared.mutex);
    if (!shared.questions) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        options.flags = WST_CONTEXT_CALLER_DRIVEN;
        wst_context* context = nullptr;
        if (wst_context_create(&options, &context, nullptr) == WST_OK)
            shared.questions.reset(context);
    }
    return shared.questions.get();
}

/// Any exception (memory) becomes a code; nothing may leave towards C.
template <class Body>
std::uint32_t answer(Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
}

void spread(std::uint32_t flags, unsigned char* members, unsigned count) noexcept {
    for (unsigned bit = 0; bit < count; ++bit)
        members[bit] = (flags >> bit) & 1u ? TRUE : FALSE;
}

wst_status find(const char* key, bool alias, wst_interface& out) {
    out = WST_INTERFACE_INIT;
    const wst_status status = wst_interface_find(questions(), key, &out, nullptr);
    if (status != WST_OK)
        return status;
    // The library's search also takes numbers; a name that is one must be meant as a name.
    const bool by_name = std::strcmp(out.name, key) == 0;
    const bool by_alias = std::strcmp(out.friendly_name, key) == 0;
    const bool number = std::strspn(key, "0123456789") == std::strlen(key) || std::strncmp(key, "0x", 2) == 0;
    return number && !(alias ? by_alias : by_name) ? WST_E_NOT_FOUND : WST_OK;
}

std::string narrow(const wchar_t* text) {
    std::string out;
    for (; *text; ++text) {
        const auto code = static_cast<std::uint32_t>(*text);
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xc0 | (code >> 6));
            out += static_cast<char>(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            out += static_cast<char>(0xe0 | (code >> 12));
            out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
            out += static_cast<char>(0x80 | (code & 0x3f));
        } else {
            out += static_cast<char>(0xf0 | ((code >> 18) & 7));
            out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
            out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
            out += static_cast<char>(0x80 | (code & 0x3f));
        }
    }
    return out;
}

std::wstring widen(const char* text) {
    std::wstring out;
    for (const auto* byte = reinterpret_cast<const unsigned char*>(text); *byte;) {
        const unsigned lead = *byte++;
        unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        std::uint32_t code = more == 3 ? lead & 7 : more == 2 ? lead & 15 : more == 1 ? lead & 31 : lead;
        for (; more != 0 && (*byte & 0xc0) == 0x80; --more)
            code = (code << 6) | (*byte++ & 0x3fu);
        out += static_cast<wchar_t>(code);
    }
    return out;
}

void WST_CALL on_event(void* user, const wst_event* event) {
    if (event->type != WST_EVENT_INTERFACE && event->type != WST_EVENT_OVERFLOW)
        return;
    const auto* registration = static_cast<const Registration*>(user);
    registration->callback(registration->caller_context);
}

} // namespace

extern "C" {

uint32_t WST_CALL wst_iphelper_capabilities(uint64_t luid, int32_t active, void* capabilities) {
    return answer([&]() -> std::uint32_t {
        if (!capabilities || luid == 0)
            return ERROR_INVALID_PARAMETER;
        wst_capabilities known = WST_CAPABILITIES_INIT;
        const wst_status status =
            active ? wst_capabilities_active(questions(), luid, WST_CAPABILITIES_STRICT, &known, nullptr)
                   : wst_capabilities_supported(questions(), luid, 0, &known, nullptr);
        if (status != WST_OK)
            return to_windows(status);
        if (known.hardware == 0 && known.software == 0)
            return ERROR_NOT_SUPPORTED;
        TimestampCapabilities out;
        std::memset(&out, 0, sizeof out);
        out.HardwareClockFrequencyHz = known.clock_frequency;
        out.SupportsCrossTimestamp = known.cross_timestamp ? TRUE : FALSE;
        spread(known.hardware, out.HardwareCapabilities, 11);
        spread(known.software, out.SoftwareCapabilities, 3);
        std::memcpy(capabilities, &out, sizeof out);
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_cross_timestamp(uint64_t luid, void* cross_timestamp) {
    return answer([&]() -> std::uint32_t {
        if (!cross_timestamp || luid == 0)
            return ERROR_INVALID_PARAMETER;
        wst_cross_timestamp reading = WST_CROSS_TIMESTAMP_INIT;
        const wst_status status =
            wst_cross_timestamp_get(questions(), luid, WST_CLOCK_MONOTONIC_RAW, 0, &reading, nullptr);
        if (status != WST_OK)
            return to_windows(status);
        const HardwareCrossTimestamp out = {static_cast<std::uint64_t>(reading.system_before),
                                            static_cast<std::uint64_t>(reading.device),
                                            static_cast<std::uint64_t>(reading.system_after)};
        std::memcpy(cross_timestamp, &out, sizeof out);
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_register(void(WST_CALL* callback)(void*), void* caller_context,
                                        void** handle) {
    return answer([&]() -> std::uint32_t {
        if (!callback || !handle)
            return ERROR_INVALID_PARAMETER;
        *handle = nullptr;
        auto registration = std::make_unique<Registration>(Registration{callback, caller_context});
        Process& shared = process();
        const std::lock_guard lock(shared.mutex);
        if (!shared.notices) {
            wst_context* context = nullptr;
            const wst_status status = wst_context_create(nullptr, &context, nullptr);
            if (status != WST_OK)
                return to_windows(status);
            shared.notices.reset(context);
        }
        wst_watch_options options = WST_WATCH_OPTIONS_INIT;
        options.reasons = WST_CHANGE_ALL & ~(WST_CHANGE_RENAMED | WST_CHANGE_LINK);
        wst_subscription subscription = 0;
        const wst_status status = wst_watch(shared.notices.get(), &options, on_event, registration.get(),
                                            nullptr, &subscription, nullptr);
        if (status != WST_OK)
            return to_windows(status);
        shared.registrations.emplace(subscription, std::move(registration));
        *handle = reinterpret_cast<void*>(static_cast<std::uintptr_t>(subscription));
        return NO_ERROR;
    });
}

void WST_CALL wst_iphelper_unregister(void* handle) {
    answer([&]() -> std::uint32_t {
        const auto subscription = static_cast<wst_subscription>(reinterpret_cast<std::uintptr_t>(handle));
        Process& shared = process();
        wst_context* context = nullptr;
        {
            const std::lock_guard lock(shared.mutex);
            if (shared.registrations.count(subscription) == 0)
                return NO_ERROR;
            context = shared.notices.get();
        }
        // Waits for a running callback, which may itself be in here with another handle: hence without the
        // lock.
        if (wst_unsubscribe(context, subscription, nullptr) != WST_OK)
            return NO_ERROR;
        ContextHandle idle;
        {
            const std::lock_guard lock(shared.mutex);
            shared.registrations.erase(subscription);
            if (shared.registrations.empty())
                idle = std::move(shared.notices);
        }
        if (idle && wst_context_close(idle.get(), nullptr) == WST_E_WOULD_DEADLOCK) {
            // Called inside a callback: the thread goes on for whoever registers next.
            const std::lock_guard lock(shared.mutex);
            if (!shared.notices)
                shared.notices = std::move(idle);
        }
        (void)idle.release();
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_index_to_luid(uint32_t index, uint64_t* luid) {
    return answer([&]() -> std::uint32_t {
        if (!luid)
            return ERROR_INVALID_PARAMETER;
        *luid = 0;
        wst_interface found = WST_INTERFACE_INIT;
        if (wst_interface_find(questions(), std::to_string(index).c_str(), &found, nullptr) != WST_OK ||
            found.index != index)
            return ERROR_INVALID_PARAMETER;
        *luid = found.id;
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_luid_to_index(uint64_t luid, uint32_t* index) {
    return answer([&]() -> std::uint32_t {
        if (!index)
            return ERROR_INVALID_PARAMETER;
        *index = 0;
        wst_interface found = WST_INTERFACE_INIT;
        if (wst_interface_get(questions(), luid, &found, nullptr) != WST_OK)
            return ERROR_INVALID_PARAMETER;
        *index = found.index;
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_name_to_luid(const char* name, int32_t alias, uint64_t* luid) {
    return answer([&]() -> std::uint32_t {
        if (!luid)
            return ERROR_INVALID_PARAMETER;
        *luid = 0;
        const std::uint32_t wrong_name = alias ? ERROR_INVALID_PARAMETER : ERROR_INVALID_NAME;
        wst_interface found;
        if (!name || *name == '\0' || find(name, alias != 0, found) != WST_OK)
            return wrong_name;
        *luid = found.id;
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_wide_name_to_luid(const wchar_t* name, int32_t alias, uint64_t* luid) {
    return answer([&]() -> std::uint32_t {
        return wst_iphelper_name_to_luid(name ? narrow(name).c_str() : nullptr, alias, luid);
    });
}

uint32_t WST_CALL wst_iphelper_luid_to_name(uint64_t luid, char* name, size_t length) {
    return answer([&]() -> std::uint32_t {
        if (!name)
            return ERROR_INVALID_PARAMETER;
        wst_interface found = WST_INTERFACE_INIT;
        if (wst_interface_get(questions(), luid, &found, nullptr) != WST_OK)
            return ERROR_INVALID_PARAMETER;
        const std::size_t needed = std::strlen(found.name) + 1;
        if (length < needed)
            return ERROR_NOT_ENOUGH_MEMORY;
        std::memcpy(name, found.name, needed);
        return NO_ERROR;
    });
}

uint32_t WST_CALL wst_iphelper_luid_to_wide_name(uint64_t luid, int32_t alias, wchar_t* name, size_t length) {
    return answer([&]() -> std::uint32_t {
        if (!name)
            return ERROR_INVALID_PARAMETER;
        wst_interface found = WST_INTERFACE_INIT;
        if (wst_interface_get(questions(), luid, &found, nullptr) != WST_OK)
            return ERROR_INVALID_PARAMETER;
        const std::wstring wide = widen(alias ? found.friendly_name : found.name);
        if (length < wide.size() + 1)
            return ERROR_NOT_ENOUGH_MEMORY;
        std::wmemcpy(name, wide.c_str(), wide.size() + 1);
        return NO_ERROR;
    });
}

int64_t WST_CALL wst_iphelper_performance_counter(void) {
#if defined(_WIN32)
    int64_t now = 0;
    wst_clock_read(questions(), WST_CLOCK_MONOTONIC_RAW, 0, &now, nullptr);
    return now;
#else
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
#endif
}

} // extern "C"
