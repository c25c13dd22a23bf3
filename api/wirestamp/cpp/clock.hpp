// SPDX-License-Identifier: Apache-2.0
/**
 * @file clock.hpp
 * @brief Correlation of two clocks. Reading clocks and cross-timestamps are functions of the Context.
 */
#ifndef WIRESTAMP_CPP_CLOCK_HPP
#define WIRESTAMP_CPP_CLOCK_HPP

#include "wirestamp/cpp/context.hpp"

namespace wirestamp {

struct CorrelationOptions : wst_correlation_options {
    CorrelationOptions() noexcept : wst_correlation_options WST_CORRELATION_OPTIONS_INIT {}
    explicit CorrelationOptions(std::uint64_t of_interface) noexcept : CorrelationOptions() { interface_id = of_interface; }
};
struct CorrelationTime : wst_correlation_time {
    CorrelationTime() noexcept : wst_correlation_time WST_CORRELATION_TIME_INIT {}
};
struct CorrelationStatus : wst_correlation_status {
    CorrelationStatus() noexcept : wst_correlation_status WST_CORRELATION_STATUS_INIT {}
};

/// See wst_correlation_open.
class Correlation {
public:
    Correlation(Context &context, const wst_correlation_options &options) {
        wst_correlation *opened = nullptr;
        check([&](wst_error *error) { return wst_correlation_open(context.need(), &options, &opened, error); });
        handle_ = { context.owner(), opened, &wst_correlation_close };
    }

    /// For calls of the C interface, and for EventFilter::object. nullptr once closed.
    wst_correlation *handle() const noexcept { return handle_.get(); }
    void close() { handle_.close(); }

    void restart() {
        check([&](wst_error *error) { return wst_correlation_restart(handle_.need(), error); });
    }
    /// See wst_correlation_wait. False when the time was up before it became valid; negative: without limit.
    bool wait(std::chrono::nanoseconds timeout) {
        const std::int32_t ms = detail::milliseconds(timeout);
        return check_unless(WST_E_TIMED_OUT, [&](wst_error *error) { return wst_correlation_wait(handle_.need(), ms, error); });
    }
    /// See wst_correlation_convert: `value` counts the WST_CLOCK_* `from`; the result the other clock.
    CorrelationTime convert(std::uint32_t from, std::int64_t value) const {
        CorrelationTime out;
        check([&](wst_error *error) { return wst_correlation_convert(handle_.need(), from, value, &out, error); });
        return out;
    }
    wst_status try_convert(std::uint32_t from, std::int64_t value, wst_correlation_time &out,
                           wst_error *error = nullptr) const noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        wst_correlation *const correlation = handle_.get();
        return correlation ? wst_correlation_convert(correlation, from, value, &out, error) : detail::closed(error);
    }
    CorrelationStatus status() const {
        CorrelationStatus out;
        check([&](wst_error *error) { return wst_correlation_status_get(handle_.need(), &out, error); });
        return out;
    }

private:
    detail::Owned<wst_correlation> handle_;
};

} // namespace wirestamp

#endif
