// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/jobs.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <climits>
#endif

namespace swarm {

namespace {

constexpr unsigned most_jobs = 256;
constexpr std::uint64_t nothing = UINT64_MAX;

} // namespace

/// What all processes see.
struct Jobs::Shared {
    std::atomic<std::uint64_t> next{0};
    std::array<std::atomic<std::uint64_t>, most_jobs> at_work{};
};

Jobs::Jobs(std::uint64_t from, std::uint64_t to, unsigned count, std::function<Outcome(std::uint64_t)> work,
           std::function<void(const Outcome&)> done)
    : from_(from),
      to_(to),
      count_(std::clamp(count, 1u, most_jobs)),
      work_(std::move(work)),
      done_(std::move(done)) {
#if defined(_WIN32)
    shared_ = new Shared;
#else
    void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::runtime_error("no memory to share between processes");
    shared_ = new (memory) Shared;
#endif
    shared_->next = from_;
    for (auto& seed : shared_->at_work)
        seed = nothing;
}

Jobs::~Jobs() {
#if defined(_WIN32)
    delete shared_;
#else
    munmap(shared_, sizeof(Shared));
#endif
}

std::uint64_t Jobs::first_unfinished() const {
    std::uint64_t first = std::min<std::uint64_t>(shared_->next, to_);
    for (const auto& seed : shared_->at_work)
        first = std::min<std::uint64_t>(first, seed);
    return first;
}

#if defined(_WIN32)

void Jobs::run() {
    for (std::uint64_t seed = from_; seed < to_; ++seed) {
        shared_->next = seed + 1;
        done_(work_(seed));
    }
}

#else

void Jobs::serve(unsigned job, int out) {
    static_assert(sizeof(Outcome) <= PIPE_BUF, "the outcomes of two processes must not mix");
    while (true) {
        const std::uint64_t seed = shared_->next++;
        if (seed >= to_)
            return;
        shared_->at_work[job] = seed;
        const Outcome outcome = work_(seed);
        if (write(out, &outcome, sizeof(outcome)) != static_cast<ssize_t>(sizeof(outcome)))
            std::exit(1);
        shared_->at_work[job] = nothing;
    }
}

void Jobs::tell_death(unsigned job, int status) {
    Outcome outcome;
    outcome.seed = shared_->at_work[job] == nothing ? to_ - 1 : shared_->at_work[job].load();
    if (WIFSIGNALED(status))
        std::snprintf(outcome.failure, sizeof(outcome.failure), "the process ended by signal %d",
                      WTERMSIG(status));
    else
        std::snprintf(outcome.failure, sizeof(outcome.failure), "the process ended with %d",
                      WEXITSTATUS(status));
    done_(outcome);
}

void Jobs::run() {
    int ends[2];
    if (pipe(ends) != 0)
        throw std::runtime_error("no pipe");
    std::fflush(nullptr); // or every process writes what waits
    std::vector<pid_t> processes;
    for (unsigned job = 0; job < count_; ++job) {
        const pid_t process = fork();
        if (process < 0)
            throw std::runtime_error("no process");
        if (process == 0) {
            close(ends[0]);
            serve(job, ends[1]);
            std::exit(0);
        }
        processes.push_back(process);
    }
    close(ends[1]);
    Outcome outcome;
    while (read(ends[0], &outcome, sizeof(outcome)) == static_cast<ssize_t>(sizeof(outcome)))
        done_(outcome);
    close(ends[0]);
    for (unsigned job = 0; job < count_; ++job) {
        int status = 0;
        if (waitpid(processes[job], &status, 0) == processes[job] && status != 0)
            tell_death(job, status);
    }
}

#endif

} // namespace swarm
