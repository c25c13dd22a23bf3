// SPDX-License-Identifier: Apache-2.0
//
// The result of correlating two clocks, as a plain value: where both stood at recent samples, and at what
// rate the newest of them goes on. Converts both ways; between samples by interpolation, beyond them along
// the nearest end's rate.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "impl/base/time.hpp"

namespace wirestamp::clock {

/// A converted stamp and the half-width in ns of the interval that contains the true value.
struct Conversion {
    bool valid = false;
    std::int64_t value = 0;
    double bound = std::numeric_limits<double>::infinity();
};

struct CorrelationAnchor {
    std::int64_t device = 0;
    Nanoseconds system = 0;
    double system_fraction = 0;    ///< ns
    double system_per_device = 1;  ///< ns of the system clock per unit of the device
    double fixed = 0;              ///< ns, what no averaging removes: where in its bracket the device is read
    double variance = 0;           ///< ns^2
    double covariance = 0;         ///< ns * ns/s
    double frequency_variance = 0; ///< (ns/s)^2
};

class CorrelationMap {
public:
    static constexpr std::size_t capacity = 64;

    bool ready() const noexcept { return count_ > 0; }
    Conversion to_system(std::int64_t device) const noexcept;
    /// The bound is in ns as well, whatever the device counts in.
    Conversion to_device(Nanoseconds system) const noexcept;

    const CorrelationAnchor& newest() const noexcept { return at(count_ - 1); }

    void clear() noexcept { count_ = 0; }
    /// multiple: standard deviations of the bound; wander: (ns/s)^2 per s.
    void add(const CorrelationAnchor& anchor, double multiple, double wander) noexcept;

private:
    const CorrelationAnchor& at(std::size_t index) const noexcept {
        return anchors_[(next_ + capacity - count_ + index) % capacity];
    }
    double bound_beyond(const CorrelationAnchor& anchor, double seconds) const noexcept;
    double bound_between(const CorrelationAnchor& a, const CorrelationAnchor& b, double part) const noexcept;

    std::array<CorrelationAnchor, capacity> anchors_{};
    std::size_t count_ = 0;
    std::size_t next_ = 0;
    double multiple_ = 0;
    double wander_ = 0;
};

} // namespace wirestamp::clock
