// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/clock_council.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

namespace wirestamp::runtime {

namespace {

constexpr Nanoseconds interval = nanoseconds_per_second;
constexpr int looks_to_accuse = 3;
constexpr int looks_to_acquit = 10;

Nanoseconds to_whole(double value) noexcept {
    return std::llround(std::clamp(value, -9.2e18, 9.2e18));
}

} // namespace

ClockCouncil::ClockCouncil(Context& context)
    : Object(context), timer_(context.loop().make_timer([this] { look(); })) {}

void ClockCouncil::close() noexcept {
    timer_.reset();
}

void ClockCouncil::join(PtpClock& clock) {
    opinions_.reserve(members_.size() + 1);
    speakers_.reserve(members_.size() + 1);
    members_.push_back({&clock});
    if (members_.size() == 2 && timer_)
        timer_->arm(context().loop().now() + interval);
}

void ClockCouncil::leave(const PtpClock& clock) noexcept {
    members_.erase(std::remove_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.clock == &clock; }),
                   members_.end());
    if (members_.size() < 2 && timer_)
        timer_->cancel();
}

void ClockCouncil::hear() {
    opinions_.clear();
    speakers_.clear();
    auto& clocks = context().platform().clocks();
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (!members_[i].clock->follows_ptp_timescale())
            continue;
        const Nanoseconds before = clocks.read(platform::ClockKind::monotonic_raw);
        const wst_ptp_time time = members_[i].clock->now();
        const Nanoseconds after = clocks.read(platform::ClockKind::monotonic_raw);
        const double bound = 0.5 * (static_cast<double>(time.latest) - static_cast<double>(time.earliest));
        if (!(bound < 1e18))
            continue;
        const Nanoseconds relation = saturating_subtract(time.ptp_time, before + (after - before) / 2);
        if (opinions_.empty())
            reference_ = relation;
        counter_ = after;
        opinions_.push_back(
            {i, static_cast<double>(saturating_subtract(relation, reference_)),
             static_cast<double>(time.latest - time.ptp_time) + 0.5 * static_cast<double>(after - before)});
        speakers_.push_back(i);
    }
}

std::uint32_t ClockCouncil::verdict(const clock::Agreement& agreement, std::size_t index) const noexcept {
    if (!agreement.dissents(index))
        return WST_PTP_VERDICT_AGREES;
    return agreement.majority() ? WST_PTP_VERDICT_WRONG : WST_PTP_VERDICT_DOUBTFUL;
}

void ClockCouncil::look() {
    timer_->arm(context().loop().now() + interval);
    hear();
    const clock::Agreement agreement(opinions_.data(), opinions_.size());
    for (std::size_t k = 0; k < speakers_.size() && k < clock::Agreement::capacity; ++k) {
        Member& member = members_[speakers_[k]];
        const std::uint32_t now = verdict(agreement, k);
        member.against = now == WST_PTP_VERDICT_AGREES ? 0 : member.against + 1;
        member.fitting = now == WST_PTP_VERDICT_AGREES ? member.fitting + 1 : 0;
        const bool accuse = member.against >= looks_to_accuse && now > member.told;
        const bool acquit = member.fitting >= looks_to_acquit && member.told != WST_PTP_VERDICT_AGREES;
        if (accuse || acquit)
            tell(member, k, agreement, now);
    }
}

void ClockCouncil::tell(Member& member, std::size_t index, const clock::Agreement& agreement,
                        std::uint32_t verdict) {
    member.told = verdict;
    const wst_ptp_status status = member.clock->status();
    wst_event event = Context::make_event(WST_EVENT_PTP_DISAGREEMENT, member.clock);
    auto& payload = event.payload.ptp_disagreement;
    std::copy(std::begin(status.grandmaster_identity), std::end(status.grandmaster_identity),
              payload.grandmaster_identity);
    payload.verdict = verdict;
    payload.clocks = static_cast<std::uint16_t>(opinions_.size());
    payload.agreeing = static_cast<std::uint16_t>(agreement.agreeing());
    payload.offset = to_whole(opinions_[index].offset - 0.5 * (agreement.earliest() + agreement.latest()));
    payload.bound = to_whole(opinions_[index].bound + 0.5 * (agreement.latest() - agreement.earliest()));
    payload.domain_number = status.domain_number;
    context().publish(event);
}

wst_ptp_agreement ClockCouncil::ask(const PtpClock& clock) {
    hear();
    for (std::size_t k = 0; k < speakers_.size() && k < clock::Agreement::capacity; ++k) {
        if (members_[speakers_[k]].clock != &clock)
            continue;
        const clock::Agreement agreement(opinions_.data(), opinions_.size());
        wst_ptp_agreement answer = WST_PTP_AGREEMENT_INIT;
        answer.clocks = static_cast<std::uint32_t>(opinions_.size());
        answer.agreeing = static_cast<std::uint32_t>(agreement.agreeing());
        answer.verdict = verdict(agreement, k);
        answer.local_time = counter_;
        const Nanoseconds base = saturating_add(reference_, counter_);
        answer.earliest = saturating_add(base, to_whole(agreement.earliest()));
        answer.latest = saturating_add(base, to_whole(agreement.latest()));
        answer.offset = to_whole(opinions_[k].offset - 0.5 * (agreement.earliest() + agreement.latest()));
        return answer;
    }
    throw Failure(WST_E_WOULD_BLOCK,
                  "this PTP clock follows no master on the PTP timescale yet: nothing can be compared");
}

} // namespace wirestamp::runtime
