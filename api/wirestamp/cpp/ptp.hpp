// SPDX-License-Identifier: Apache-2.0
/**
 * @file ptp.hpp
 * @brief A PTP clock and its configuration.
 */
#ifndef WIRESTAMP_CPP_PTP_HPP
#define WIRESTAMP_CPP_PTP_HPP

#include <array>

#include "wirestamp/cpp/context.hpp"
#include "wirestamp/ptp.h"

namespace wirestamp {

struct PtpOption : wst_ptp_option {
    PtpOption() noexcept : wst_ptp_option WST_PTP_OPTION_INIT {}
};
struct PtpStatus : wst_ptp_status {
    PtpStatus() noexcept : wst_ptp_status WST_PTP_STATUS_INIT {}
};
struct PtpPortStatus : wst_ptp_port_status {
    PtpPortStatus() noexcept : wst_ptp_port_status WST_PTP_PORT_STATUS_INIT {}
};
struct PtpTime : wst_ptp_time {
    PtpTime() noexcept : wst_ptp_time WST_PTP_TIME_INIT {}
};

struct PtpAgreement : wst_ptp_agreement {
    PtpAgreement() noexcept : wst_ptp_agreement WST_PTP_AGREEMENT_INIT {}
};

/// Options by name and value, as ptp4l has them. See wst_ptp_config_create.
class PtpConfig {
public:
    PtpConfig() {
        check([&](wst_error *error) { return wst_ptp_config_create(&handle_, error); });
    }
    /// With one port, which is what most have.
    explicit PtpConfig(const std::string &interface_name) : PtpConfig() { add_port(interface_name); }
    PtpConfig(PtpConfig &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    PtpConfig &operator=(PtpConfig &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~PtpConfig() { wst_ptp_config_destroy(handle_); }

    const wst_ptp_config *handle() const noexcept { return handle_; }

    PtpConfig &set(const std::string &name, const std::string &value) {
        check([&](wst_error *error) { return wst_ptp_config_set(handle_, name.c_str(), value.c_str(), error); });
        return *this;
    }
    PtpConfig &add_port(const std::string &interface_name) {
        check([&](wst_error *error) { return wst_ptp_config_add_port(handle_, interface_name.c_str(), error); });
        return *this;
    }
    PtpConfig &set_port(const std::string &interface_name, const std::string &name, const std::string &value) {
        check([&](wst_error *error) {
            return wst_ptp_config_set_port(handle_, interface_name.c_str(), name.c_str(), value.c_str(), error);
        });
        return *this;
    }
    /// An option as text; of the clock if no interface is named.
    std::string get(const std::string &name, const std::string &interface_name = std::string()) const {
        const char *const port = interface_name.empty() ? nullptr : interface_name.c_str();
        std::string out(256, '\0');
        for (;;) {
            std::uint32_t length = 0;
            const auto size = static_cast<std::uint32_t>(out.size());
            const bool whole = check_unless(WST_E_LIMIT, [&](wst_error *error) {
                return wst_ptp_config_get(handle_, port, name.c_str(), &out[0], size, &length, error);
            });
            out.resize(whole ? length : length + std::size_t { 1 });
            if (whole)
                return out;
        }
    }
    PtpConfig &read_file(const std::string &path) {
        check([&](wst_error *error) { return wst_ptp_config_read_file(handle_, path.c_str(), error); });
        return *this;
    }
    /// `name` is what messages call the text.
    PtpConfig &read_text(const std::string &text, const std::string &name = "text") {
        check([&](wst_error *error) { return wst_ptp_config_read_text(handle_, text.c_str(), name.c_str(), error); });
        return *this;
    }
    /// All options that there are.
    static std::vector<PtpOption> options() {
        std::vector<PtpOption> out;
        for (PtpOption option; wst_ptp_option_at(static_cast<std::uint32_t>(out.size()), &option, nullptr) == WST_OK;)
            out.push_back(option);
        return out;
    }

private:
    wst_ptp_config *handle_ = nullptr;
};

/// A PTP clock. See wst_ptp_open: it sends nothing before start().
class Ptp {
public:
    Ptp(Context &context, const PtpConfig &config) {
        wst_ptp *opened = nullptr;
        check([&](wst_error *error) { return wst_ptp_open(context.need(), config.handle(), &opened, error); });
        handle_ = { context.owner(), opened, &wst_ptp_close };
    }

    /// For calls of the C interface, and for EventFilter::object. nullptr once closed.
    wst_ptp *handle() const noexcept { return handle_.get(); }
    void close() { handle_.close(); }

    void start() {
        check([&](wst_error *error) { return wst_ptp_start(handle_.need(), error); });
    }
    /// Falls silent, keeps its time.
    void stop() {
        check([&](wst_error *error) { return wst_ptp_stop(handle_.need(), error); });
    }
    /// Changes an option that can change at run time.
    void set(const std::string &name, const std::string &value) {
        check([&](wst_error *error) { return wst_ptp_set(handle_.need(), name.c_str(), value.c_str(), error); });
    }

    PtpStatus status() const {
        PtpStatus out;
        check([&](wst_error *error) { return wst_ptp_status_get(handle_.need(), &out, error); });
        return out;
    }
    wst_status try_status(wst_ptp_status &out, wst_error *error = nullptr) const noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        wst_ptp *const ptp = handle_.get();
        return ptp ? wst_ptp_status_get(ptp, &out, error) : detail::closed(error);
    }
    /// `port_number` from 1.
    PtpPortStatus port_status(std::uint32_t port_number) const {
        PtpPortStatus out;
        check([&](wst_error *error) { return wst_ptp_port_status_get(handle_.need(), port_number, &out, error); });
        return out;
    }

    /// See wst_ptp_now: true time lies in [earliest, latest].
    PtpTime now() const {
        PtpTime out;
        check([&](wst_error *error) { return wst_ptp_now(handle_.need(), &out, error); });
        return out;
    }
    wst_status try_now(wst_ptp_time &out, wst_error *error = nullptr) const noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        wst_ptp *const ptp = handle_.get();
        return ptp ? wst_ptp_now(ptp, &out, error) : detail::closed(error);
    }
    /// See wst_ptp_convert: `value` counts the WST_CLOCK_* `clock`, as a stamp does.
    PtpTime convert(std::uint32_t clock, std::int64_t value) const {
        PtpTime out;
        check([&](wst_error *error) { return wst_ptp_convert(handle_.need(), clock, value, &out, error); });
        return out;
    }
    wst_status try_convert(std::uint32_t clock, std::int64_t value, wst_ptp_time &out,
                           wst_error *error = nullptr) const noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        wst_ptp *const ptp = handle_.get();
        return ptp ? wst_ptp_convert(ptp, clock, value, &out, error) : detail::closed(error);
    }

    /// See wst_ptp_after: whether true time is past `ptp_time` now. Empty: nobody can know yet.
    std::optional<bool> after(std::int64_t ptp_time) const {
        return answer([&](std::uint32_t *out, wst_error *error) { return wst_ptp_after(handle_.need(), ptp_time, out, error); });
    }
    /// See wst_ptp_before: whether true time has not yet come to `ptp_time`. Empty: nobody can know yet.
    std::optional<bool> before(std::int64_t ptp_time) const {
        return answer([&](std::uint32_t *out, wst_error *error) { return wst_ptp_before(handle_.need(), ptp_time, out, error); });
    }

    /// See wst_ptp_agreement_get: compares the PTP clocks of the context now.
    PtpAgreement agreement() const {
        PtpAgreement out;
        check([&](wst_error *error) { return wst_ptp_agreement_get(handle_.need(), &out, error); });
        return out;
    }

private:
    template <class Ask>
    static std::optional<bool> answer(Ask ask) {
        std::uint32_t out = WST_PTP_UNKNOWN;
        check([&](wst_error *error) { return ask(&out, error); });
        if (out == WST_PTP_UNKNOWN)
            return std::nullopt;
        return out == WST_PTP_YES;
    }

    detail::Owned<wst_ptp> handle_;
};

} // namespace wirestamp

#endif
