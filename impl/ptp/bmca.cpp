// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/bmca.hpp"

namespace wirestamp::ptp {
namespace {

/// Smaller is better in every field that both rules compare.
template <class T>
std::optional<Comparison> smaller(const T& a, const T& b) noexcept {
    if (a < b)
        return Comparison::a_better;
    if (b < a)
        return Comparison::b_better;
    return std::nullopt;
}

/// Figure 35: both speak of the same grandmaster, so the shorter path decides.
Comparison compare_paths(const Dataset& a, const Dataset& b) noexcept {
    const int difference = static_cast<int>(a.stepsRemoved) - static_cast<int>(b.stepsRemoved);
    if (difference > 1)
        return Comparison::b_better;
    if (difference < -1)
        return Comparison::a_better;
    if (difference > 0) {
        if (a.receiver < a.sender)
            return Comparison::b_better;
        return a.sender < a.receiver ? Comparison::b_better_by_topology : Comparison::sent_by_receiver;
    }
    if (difference < 0) {
        if (b.receiver < b.sender)
            return Comparison::a_better;
        return b.sender < b.receiver ? Comparison::a_better_by_topology : Comparison::sent_by_receiver;
    }
    if (a.sender != b.sender)
        return a.sender < b.sender ? Comparison::a_better_by_topology : Comparison::b_better_by_topology;
    if (a.receiver.portNumber != b.receiver.portNumber)
        return a.receiver.portNumber < b.receiver.portNumber ? Comparison::a_better_by_topology
                                                             : Comparison::b_better_by_topology;
    return Comparison::same_message;
}

std::optional<Comparison> compare_quality(const ClockQuality& a, const ClockQuality& b) noexcept {
    if (const auto result = smaller(a.clockClass, b.clockClass))
        return result;
    if (const auto result = smaller(a.clockAccuracy, b.clockAccuracy))
        return result;
    return smaller(a.offsetScaledLogVariance, b.offsetScaledLogVariance);
}

/// Figure 34.
Comparison compare_1588(const Dataset& a, const Dataset& b) noexcept {
    if (a.identity == b.identity)
        return compare_paths(a, b);
    if (const auto result = smaller(a.priority1, b.priority1))
        return *result;
    if (const auto result = compare_quality(a.quality, b.quality))
        return *result;
    if (const auto result = smaller(a.priority2, b.priority2))
        return *result;
    return a.identity < b.identity ? Comparison::a_better : Comparison::b_better;
}

/// G.8275.1 figure 4: no priority1, a local priority, and between primary references the nearer one.
Comparison compare_g8275(const Dataset& a, const Dataset& b) noexcept {
    if (const auto result = compare_quality(a.quality, b.quality))
        return *result;
    if (const auto result = smaller(a.priority2, b.priority2))
        return *result;
    if (const auto result = smaller(a.localPriority, b.localPriority))
        return *result;
    if (a.quality.clockClass <= 127 || a.identity == b.identity)
        return compare_paths(a, b);
    return a.identity < b.identity ? Comparison::a_better : Comparison::b_better;
}

} // namespace

Comparison compare(const Dataset& a, const Dataset& b, DatasetComparison rule) noexcept {
    return rule == DatasetComparison::g8275 ? compare_g8275(a, b) : compare_1588(a, b);
}

Decision decide(const DecisionInput& input) noexcept {
    if (!input.erbest && input.state == PortState::listening)
        return Decision::listening;
    const std::uint8_t own_class = input.d0.quality.clockClass;
    if (own_class >= 1 && own_class <= 127) {
        const bool we_are_best = !input.erbest || a_wins(compare(input.d0, *input.erbest, input.rule));
        return we_are_best ? Decision::m1 : Decision::p1;
    }
    if (!input.ebest || a_wins(compare(input.d0, *input.ebest, input.rule)))
        return Decision::m2;
    if (input.ebest_is_here)
        return Decision::s1;
    const bool second_path =
        input.erbest && compare(*input.ebest, *input.erbest, input.rule) == Comparison::a_better_by_topology;
    return second_path ? Decision::p2 : Decision::m3;
}

} // namespace wirestamp::ptp
