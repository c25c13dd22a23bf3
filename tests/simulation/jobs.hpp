// SPDX-License-Identifier: Apache-2.0
//
// Many runs, each from its seed, in several processes: a run that crashes takes no other with it and is told
// by its seed, and a process without threads pays nothing for locks.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace swarm {

struct Outcome {
    std::uint64_t seed = 0;
    double hours = 0; // simulated
    double processor_seconds = 0;
    std::uint64_t reads = 0;
    std::uint64_t missed = 0;
    std::uint64_t digest = 0;
    char failure[1024] = {}; // empty: none
};

class Jobs {
public:
    /// For every seed from `from` up to but not `to`: `work` in one of `count` processes (in this one where a
    /// system cannot fork), `done` in this one, as they end.
    Jobs(std::uint64_t from, std::uint64_t to, unsigned count, std::function<Outcome(std::uint64_t)> work,
         std::function<void(const Outcome&)> done);
    ~Jobs();
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    void run();
    /// Everything before it has ended: where another run may go on.
    std::uint64_t first_unfinished() const;

private:
    struct Shared;

    void serve(unsigned job, int out);
    void tell_death(unsigned job, int status);

    std::uint64_t from_;
    std::uint64_t to_;
    unsigned count_;
    std::function<Outcome(std::uint64_t)> work_;
    std::function<void(const Outcome&)> done_;
    Shared* shared_ = nullptr;
};

} // namespace swarm
