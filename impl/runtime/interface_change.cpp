// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/interface_change.hpp"

#include <cmath>
#include <cstring>

#include "impl/base/time.hpp"
#include "impl/runtime/capability_view.hpp"

namespace wirestamp::runtime {

namespace {

template <std::size_t Size>
void copy_name(char (&field)[Size], const std::string& name) noexcept {
    const std::size_t length = name.size() < Size ? name.size() : Size - 1;
    std::memcpy(field, name.data(), length);
    field[length] = '\0';
}

wst_capabilities unknown() noexcept {
    return WST_CAPABILITIES_INIT;
}

// Beyond what clocks that are being slewed do between two samples.
constexpr double slew_allowed = 1e-3;
constexpr double rate_change_allowed = 1e-4;
constexpr double jitter_allowed = 20'000; // ns
// Hosts measure their sleep by a clock that counts seconds.
constexpr double sleep_measured_to = 2e9; // ns

} // namespace

std::uint32_t compare(const SeenInterface* before, const SeenInterface* after) noexcept {
    if (!before || !after)
        return after ? WST_CHANGE_ADDED : before ? WST_CHANGE_REMOVED : 0u;
    const platform::Interface& was = before->interface;
    const platform::Interface& is = after->interface;
    std::uint32_t reasons = 0;
    if (was.name != is.name || was.friendly_name != is.friendly_name)
        reasons |= WST_CHANGE_RENAMED;
    if (was.link != is.link || was.administratively_up != is.administratively_up)
        reasons |= WST_CHANGE_LINK;
    if (before->supported != after->supported)
        reasons |= WST_CHANGE_SUPPORTED;
    if (before->active != after->active)
        reasons |= WST_CHANGE_ACTIVE;
    if (was.phc_index && is.phc_index && *was.phc_index != *is.phc_index)
        reasons |= WST_CHANGE_CLOCK_REPLACED;
    return reasons;
}

wst_interface_change describe(const SeenInterface* before, const SeenInterface* after,
                              std::uint32_t reasons) noexcept {
    wst_interface_change change;
    std::memset(&change, 0, sizeof change);
    change.struct_size = WST_INTERFACE_CHANGE_SIZE;
    change.reasons = reasons;
    const platform::Interface& latest = after ? after->interface : before->interface;
    change.interface_id = latest.id;
    change.index = latest.index;
    change.phc_before = before ? before->interface.phc_index.value_or(-1) : -1;
    change.phc_after = after ? after->interface.phc_index.value_or(-1) : -1;
    change.link_before =
        before ? static_cast<std::uint16_t>(before->interface.link) : std::uint16_t{WST_LINK_UNKNOWN};
    change.link_after =
        after ? static_cast<std::uint16_t>(after->interface.link) : std::uint16_t{WST_LINK_UNKNOWN};
    copy_name(change.name, latest.name);
    if (before)
        copy_name(change.old_name, before->interface.name);
    change.supported_before = before ? to_public(before->supported) : unknown();
    change.supported_after = after ? to_public(after->supported) : unknown();
    change.active_before = before ? to_public(before->active) : unknown();
    change.active_after = after ? to_public(after->active) : unknown();
    return change;
}

std::optional<Nanoseconds> StepDetector::sample(const platform::CrossTimestamp& reading,
                                                Nanoseconds asleep) noexcept {
    const Nanoseconds half = saturating_subtract(reading.system_after, reading.system_before) / 2;
    const Nanoseconds system = saturating_add(reading.system_before, half);
    std::optional<Nanoseconds> step;
    if (has_last_) {
        const Nanoseconds slept = saturating_subtract(asleep, asleep_);
        const bool has_slept = slept > 1'000'000;
        const Nanoseconds elapsed =
            saturating_add(saturating_subtract(system, system_), has_slept ? slept : 0);
        const Nanoseconds shown = saturating_subtract(reading.device, device_);
        const Nanoseconds excess = saturating_subtract(shown, elapsed);
        const double span = static_cast<double>(elapsed);
        const double deviation = static_cast<double>(excess) - rate_ * span;
        const double allowed = (has_rate_ ? rate_change_allowed : slew_allowed) * span + jitter_allowed +
                               static_cast<double>(half) + (has_slept ? sleep_measured_to : 0);
        if (elapsed <= 0)
            return std::nullopt;
        if (std::fabs(deviation) > allowed) {
            step = static_cast<Nanoseconds>(std::llround(std::fmin(std::fmax(deviation, -9e18), 9e18)));
            has_rate_ = false;
            rate_ = 0;
        } else if (!has_slept) {
            rate_ = static_cast<double>(excess) / span;
            has_rate_ = true;
        }
    }
    has_last_ = true;
    system_ = system;
    device_ = reading.device;
    asleep_ = asleep;
    return step;
}

} // namespace wirestamp::runtime
