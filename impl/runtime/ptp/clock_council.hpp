// SPDX-License-Identifier: Apache-2.0
//
// Several PTP clocks of one context, one time: once a second all that follow a master are compared, and one
// whose bounds exclude what the others can agree on is named with its grandmaster.

#pragma once

#include <memory>
#include <vector>

#include "impl/clock/agreement.hpp"
#include "impl/platform/loop.hpp"
#include "impl/runtime/object.hpp"
#include "wirestamp/ptp.h"

namespace wirestamp::runtime {

class PtpClock;

class ClockCouncil : public Object {
public:
    explicit ClockCouncil(Context& context);

    void join(PtpClock& clock);
    void leave(const PtpClock& clock) noexcept;
    /// Throws Failure: WST_E_WOULD_BLOCK if `clock` has nothing to say.
    wst_ptp_agreement ask(const PtpClock& clock);

protected:
    void close() noexcept override;

private:
    struct Member {
        PtpClock* clock = nullptr;
        std::uint32_t told = WST_PTP_VERDICT_AGREES;
        int against = 0; // looks in a row at which it did not fit
        int fitting = 0;
    };
    /// Who can be compared now; opinions are relative to reference_, times of one instant of the host.
    void hear();
    std::uint32_t verdict(const clock::Agreement& agreement, std::size_t index) const noexcept;
    void look();
    void tell(Member& member, std::size_t index, const clock::Agreement& agreement, std::uint32_t verdict);

    std::vector<Member> members_;
    std::vector<clock::TimeOpinion> opinions_;
    std::vector<std::size_t> speakers_; // of opinions_, as indices into members_
    Nanoseconds reference_ = 0;         // PTP time minus the host's raw counter, roughly
    Nanoseconds counter_ = 0;
    std::unique_ptr<platform::Timer> timer_;
};

} // namespace wirestamp::runtime
