// SPDX-License-Identifier: Apache-2.0
//
// ptp.h, translated.

#include "wirestamp/ptp.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#if defined(_WIN32)
#include <filesystem>
#endif

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/ptp/config.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

struct wst_ptp_config {
    ptp::Configuration configuration;
};

struct wst_ptp final : runtime::PtpClock {
    using PtpClock::PtpClock;
};

namespace {

template <std::size_t Size>
const char* name_at(const char* const (&names)[Size], std::uint32_t index) {
    return index < Size && names[index] != nullptr ? names[index] : "UNKNOWN";
}

void read_text(ptp::Configuration& configuration, const std::string& text, const std::string& name) {
    ptp::Configuration changed = configuration; // all or nothing
    changed.read_file_text(text, name);
    configuration = std::move(changed);
}

/// Configuration text stays far below this; a device file or a wrong path must not eat the memory.
constexpr std::size_t largest_file = 1 << 20;

struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// Without a stream of C++, which would bring all its locales into every program that loads this library.
std::string file_text(const char* path) {
#if defined(_WIN32)
    // Names are UTF-8 as all text of the interface, which Windows would take for its code page.
    const std::string name = path;
    const std::unique_ptr<std::FILE, Close> file(
        ::_wfopen(std::filesystem::path(std::u8string(name.begin(), name.end())).c_str(), L"rb"));
#else
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path, "rb"));
#endif
    if (!file)
        throw Failure(WST_E_NOT_FOUND, std::string("configuration file ") + path +
                                           " cannot be opened: does it exist, "
                                           "and may this user read it?");
    std::string text(largest_file + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0)
        throw Failure(WST_E_IO,
                      std::string("configuration file ") + path + " cannot be read; is it a directory?");
    if (text.size() > largest_file)
        throw Failure(WST_E_LIMIT, std::string("configuration file ") + path + " is larger than 1 MiB");
    return text;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_ptp_config_create(wst_ptp_config** out, wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        *out = std::make_unique<wst_ptp_config>().release();
    });
}

void WST_CALL wst_ptp_config_destroy(wst_ptp_config* config) {
    delete config;
}

wst_status WST_CALL wst_ptp_config_set(wst_ptp_config* config, const char* name, const char* value,
                                       wst_error* error) {
    return guard(error, [&] {
        require(config, "config").configuration.set(&require(name, "name"), &require(value, "value"));
    });
}

wst_status WST_CALL wst_ptp_config_add_port(wst_ptp_config* config, const char* interface_name,
                                            wst_error* error) {
    return guard(error, [&] {
        require(config, "config").configuration.add_port(&require(interface_name, "interface_name"));
    });
}

wst_status WST_CALL wst_ptp_config_set_port(wst_ptp_config* config, const char* interface_name,
                                            const char* name, const char* value, wst_error* error) {
    return guard(error, [&] {
        require(config, "config")
            .configuration.set_port(&require(interface_name, "interface_name"), &require(name, "name"),
                                    &require(value, "value"));
    });
}

wst_status WST_CALL wst_ptp_config_get(const wst_ptp_config* config, const char* interface_name,
                                       const char* name, char* buffer, std::uint32_t size,
                                       std::uint32_t* length, wst_error* error) {
    return guard(error, [&] {
        const auto& configuration = require(config, "config").configuration;
        require(name, "name");
        if (buffer == nullptr && size != 0)
            throw Failure(WST_E_INVALID_ARGUMENT, "argument 'buffer' is NULL but 'size' is not 0");
        const std::string value = interface_name != nullptr ? configuration.get_port(interface_name, name)
                                                            : configuration.get(name);
        if (length != nullptr)
            *length = static_cast<std::uint32_t>(value.size());
        if (size == 0)
            return;
        const std::size_t fits = std::min<std::size_t>(value.size(), size - 1);
        std::memcpy(buffer, value.data(), fits);
        buffer[fits] = '\0';
        if (fits < value.size())
            throw Failure(WST_E_LIMIT,
                          "the value needs a buffer of " + std::to_string(value.size() + 1) + " bytes");
    });
}

wst_status WST_CALL wst_ptp_config_read_file(wst_ptp_config* config, const char* path, wst_error* error) {
    return guard(error, [&] {
        auto& configuration = require(config, "config").configuration;
        const std::string name(&require(path, "path"));
        read_text(configuration, file_text(name.c_str()), name);
    });
}

wst_status WST_CALL wst_ptp_config_read_text(wst_ptp_config* config, const char* text, const char* name,
                                             wst_error* error) {
    return guard(error, [&] {
        auto& configuration = require(config, "config").configuration;
        read_text(configuration, &require(text, "text"), name != nullptr ? name : "configuration");
    });
}

wst_status WST_CALL wst_ptp_option_at(std::uint32_t index, wst_ptp_option* out, wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        const auto table = ptp::options();
        if (index >= table.size())
            throw Failure(WST_E_NOT_FOUND, "there are " + std::to_string(table.size()) + " options");
        const ptp::Option& option = table[index];
        const ptp::OptionText& text = ptp::option_text(option);
        wst_ptp_option row = WST_PTP_OPTION_INIT;
        row.scope = static_cast<std::uint32_t>(option.scope);
        // The table's texts are literals and therefore terminated.
        row.name = option.name.data();
        row.default_value = text.default_value.c_str();
        row.allowed = text.allowed.c_str();
        row.unit = option.unit.empty() ? "" : option.unit.data();
        row.description = option.description.data();
        write_struct(out, row);
    });
}

const char* WST_CALL wst_ptp_state_name(std::uint32_t state) {
    static constexpr const char* names[] = {nullptr,        "INITIALIZING", "FAULTY", "DISABLED",
                                            "LISTENING",    "PRE_MASTER",   "MASTER", "PASSIVE",
                                            "UNCALIBRATED", "SLAVE"};
    return name_at(names, state);
}

const char* WST_CALL wst_ptp_reason_name(std::uint32_t reason) {
    static constexpr const char* names[] = {"POWER_UP",
                                            "INITIALIZED",
                                            "LINK_UP",
                                            "LINK_DOWN",
                                            "ANNOUNCE_RECEIPT_TIMEOUT",
                                            "SYNC_RECEIPT_TIMEOUT",
                                            "BEST_MASTER",
                                            "QUALIFICATION_TIMEOUT",
                                            "MASTER_CLOCK_SELECTED",
                                            "SYNCHRONIZATION_FAULT",
                                            "FAULT_DETECTED",
                                            "FAULT_CLEARED",
                                            "DESIGNATED_ENABLED",
                                            "DESIGNATED_DISABLED",
                                            "STOPPED"};
    return name_at(names, reason);
}

const char* WST_CALL wst_ptp_clock_state_name(std::uint32_t state) {
    static constexpr const char* names[] = {"FREE_RUNNING", "ACQUIRING", "LOCKED", "HOLDOVER"};
    return name_at(names, state);
}

const char* WST_CALL wst_ptp_fault_name(std::uint32_t fault) {
    static constexpr const char* names[] = {
        "TRANSMIT_STAMP_LOST", "TRANSMIT_STAMP_LATE", "RECEIVE_STAMP_MISSING",
        "SEND_FAILED",         "LINK_DOWN",           "ANNOUNCE_LOOP",
        "DUPLICATE_IDENTITY",  "MULTIPLE_PEERS",      "FOREIGN_MASTER_TABLE_FULL",
        "FOLLOW_UP_LOST",      "DELAY_RESPONSE_LOST", "MINOR_VERSION_FALLBACK",
        "CLOCK_STEPPED",       "UNICAST_DENIED"};
    if (fault == WST_PTP_FAULT_INTERFACE_GONE)
        return "INTERFACE_GONE";
    if (fault == WST_PTP_FAULT_SOCKET)
        return "SOCKET";
    if (fault == WST_PTP_FAULT_OTHER_WRITER)
        return "OTHER_WRITER";
    if (fault == WST_PTP_FAULT_INSANE_RATE)
        return "INSANE_RATE";
    if (fault == WST_PTP_FAULT_RECORD)
        return "RECORD";
    return name_at(names, fault);
}

wst_status WST_CALL wst_ptp_open(wst_context* context, const wst_ptp_config* config, wst_ptp** out,
                                 wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        const auto& configuration = require(config, "config").configuration;
        const auto lock = require(context, "context").lock();
        *out = &context->create<wst_ptp>(configuration);
    });
}

wst_status WST_CALL wst_ptp_start(wst_ptp* ptp, wst_error* error) {
    return guard(error, [&] {
        const auto lock = require(ptp, "ptp").context().lock();
        ptp->start();
    });
}

wst_status WST_CALL wst_ptp_stop(wst_ptp* ptp, wst_error* error) {
    return guard(error, [&] {
        const auto lock = require(ptp, "ptp").context().lock();
        ptp->stop();
    });
}

wst_status WST_CALL wst_ptp_close(wst_ptp* ptp, wst_error* error) {
    return guard(error, [&] {
        auto& context = require(ptp, "ptp").context();
        auto lock = context.lock();
        context.destroy(lock, *ptp);
    });
}

wst_status WST_CALL wst_ptp_set(wst_ptp* ptp, const char* name, const char* value, wst_error* error) {
    return guard(error, [&] {
        require(name, "name");
        require(value, "value");
        const auto lock = require(ptp, "ptp").context().lock();
        ptp->set(name, value);
    });
}

wst_status WST_CALL wst_ptp_status_get(wst_ptp* ptp, wst_ptp_status* out, wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        const auto lock = require(ptp, "ptp").context().lock();
        write_struct(out, ptp->status());
    });
}

wst_status WST_CALL wst_ptp_port_status_get(wst_ptp* ptp, std::uint32_t port_number, wst_ptp_port_status* out,
                                            wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        const auto lock = require(ptp, "ptp").context().lock();
        write_struct(out, ptp->port_status(port_number));
    });
}

wst_status WST_CALL wst_ptp_now(wst_ptp* ptp, wst_ptp_time* out, wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        write_struct(out, require(ptp, "ptp").now());
    });
}

wst_status WST_CALL wst_ptp_convert(wst_ptp* ptp, std::uint32_t clock, std::int64_t value, wst_ptp_time* out,
                                    wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        require(ptp, "ptp");
        if (clock == WST_CLOCK_NONE || clock > WST_CLOCK_QPC)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "argument 'clock' must be one of WST_CLOCK_REALTIME to WST_CLOCK_QPC");
        write_struct(out, ptp->convert(static_cast<platform::ClockKind>(clock), value));
    });
}

wst_status WST_CALL wst_ptp_after(wst_ptp* ptp, std::int64_t ptp_time, std::uint32_t* answer,
                                  wst_error* error) {
    return guard(error, [&] {
        std::uint32_t& out = require(answer, "answer");
        out = WST_PTP_UNKNOWN;
        const wst_ptp_time now = require(ptp, "ptp").now();
        if (now.earliest > ptp_time)
            out = WST_PTP_YES;
        else if (now.latest <= ptp_time)
            out = WST_PTP_NO;
    });
}

wst_status WST_CALL wst_ptp_before(wst_ptp* ptp, std::int64_t ptp_time, std::uint32_t* answer,
                                   wst_error* error) {
    return guard(error, [&] {
        std::uint32_t& out = require(answer, "answer");
        out = WST_PTP_UNKNOWN;
        const wst_ptp_time now = require(ptp, "ptp").now();
        if (now.latest < ptp_time)
            out = WST_PTP_YES;
        else if (now.earliest >= ptp_time)
            out = WST_PTP_NO;
    });
}

wst_status WST_CALL wst_ptp_agreement_get(wst_ptp* ptp, wst_ptp_agreement* out, wst_error* error) {
    return guard(error, [&] {
        check_output(out, "out");
        const auto lock = require(ptp, "ptp").context().lock();
        write_struct(out, ptp->agreement());
    });
}

} // extern "C"
