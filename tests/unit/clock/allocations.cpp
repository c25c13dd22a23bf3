// SPDX-License-Identifier: Apache-2.0
//
// No packet may cost an allocation. Counts every one of this program through the replaced operator new.

#define BOOST_TEST_DYN_LINK
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "impl/clock/correlation.hpp"
#include "impl/clock/discipline.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
} // namespace

// GCC 12 takes a replaced operator delete that it inlined for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace wirestamp;
using namespace wirestamp::clock;

BOOST_AUTO_TEST_SUITE(allocations_per_packet)

BOOST_AUTO_TEST_CASE(are_none) {
    for (const ServoKind kind : {ServoKind::adaptive, ServoKind::pi, ServoKind::linreg, ServoKind::nullf}) {
        for (const Target target : {Target::virtual_clock, Target::steered_clock}) {
            DisciplineConfig config;
            config.clock_servo = kind;
            config.target = target;
            Discipline d(config);
            ClockSnapshot snapshot;
            const std::size_t before = allocations.load();
            for (Nanoseconds t = 0; t < 200 * nanoseconds_per_second; t += nanoseconds_per_second) {
                const DisciplineUpdate update = d.on_sync(t, 0, t + 1000);
                if (update.action.any())
                    d.applied(t + 2000, update.action);
                d.on_delay(t + 5000, t + 6000, 0);
                d.on_time(t + 10'000);
                snapshot.store(d.view());
                if (t == 100 * nanoseconds_per_second)
                    d.on_master_changed();
            }
            BOOST_TEST(allocations.load() == before);
        }
    }
    Correlator correlator;
    const std::size_t before = allocations.load();
    for (Nanoseconds t = 0; t < 500 * nanoseconds_per_second; t += nanoseconds_per_second) {
        correlator.add({t, t + 400, t + 800});
        (void)correlator.map().to_system(t);
    }
    BOOST_TEST(allocations.load() == before);
}

BOOST_AUTO_TEST_SUITE_END()
