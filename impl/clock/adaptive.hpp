// SPDX-License-Identifier: Apache-2.0
//
// The default estimator: offset, frequency and base delay from single one-way observations, with nothing
// configured. Sixteen models compete (filter_bank.hpp): three shapes of noise, oscillators of half, once,
// twice and 64 times the wander believed, two whose base delay may move fast, two in whose eyes the noise has
// just become four times as large. Those that predict badly learn from the best. What must be decided at once
// - a step of time, a burst - has tests.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "impl/base/time.hpp"
#include "impl/clock/filter_bank.hpp"

namespace wirestamp::clock {

class AdaptiveEstimator {
public:
    enum class Channel : std::uint8_t { from_master, to_master };

    enum class Verdict : std::uint8_t {
        stored,  ///< for the start; nothing can be said yet
        started, ///< the first estimate
        used,
        outlier, ///< taken for a packet that was held up
        jumped,  ///< this and the last few observations show a step of time, which was followed
        ignored, ///< too old, or not a number
    };

    /// In ns and s of the local timeline, at the newest observation.
    struct Estimate {
        double offset = 0;    ///< local minus master
        double frequency = 0; ///< ns/s by which local runs faster
        double base_delay = 0;
        double mean_delay = 0; ///< base delay plus mean noise, what others call the path delay
        double variance = 0;
        double covariance = 0;
        double frequency_variance = 0;
        double wander_variance = 0; ///< (ns/s)^2 per s
        double multiple = 0;        ///< standard deviations that an honest interval needs just now
        double doubt = 0;           ///< ns, to add while an early packet waits for another to explain it
        double noise = 0;           ///< scale of one observation
    };

    /// link_delay: the base delay comes from link_delay(), not from the to_master channel.
    AdaptiveEstimator(double resolution, bool link_delay) noexcept;

    /// One-way observation: arrival minus departure (ns), taken at local time `raw`; the two channels see the
    /// offset with opposite signs.
    Verdict observe(Channel channel, Nanoseconds raw, double value) noexcept;
    void link_delay(double delay) noexcept;

    bool ready() const noexcept { return ready_; }
    Nanoseconds raw() const noexcept { return raw_; }
    Estimate estimate() const noexcept;

    /// Moves the zero of the offset; nothing was observed.
    void shift(double offset) noexcept;
    /// Offset and path are unknown from here on, the oscillator and (until seen otherwise) the noise are the
    /// same.
    void forget_offset() noexcept;
    /// Another oscillator.
    void forget_all() noexcept;
    /// As the constructor's: from here on the base delay comes from there, or from the other channel.
    void measure_by_link(bool link_delay) noexcept;

    /// Something local moved by about so much (standard deviations): a correction carried out at an unsure
    /// moment.
    void disturb(double offset_deviation, double frequency_deviation) noexcept;

    /// What stamps are whole multiples of, as it was found out after enough of them.
    void resolution(double step) noexcept {
        resolution_ = step > resolution_ ? step : resolution_;
        resolution_known_ = true;
    }

    double outlier_share() const noexcept { return outlier_share_; }
    double wander() const noexcept { return centre_; }

private:
    struct Early {
        Nanoseconds raw = 0;
        double value = 0;
    };
    /// Noise of neighbouring packets that resembles each other (a queue filling and draining) is worth less
    /// than it seems.
    struct Likeness {
        double mean = 0, variance = 0, product = 0, cross = 0, last = 0, count = 0;
        void add(double residual, double limit, double opposite) noexcept;
    };
    /// Peer delay messages do not share the queues that Syncs meet: their noise is their own.
    struct LinkNoise {
        double mean = 0, variance = 0, count = 0;
        void add(double delay) noexcept;
        /// Scale of one direction's noise; 0 while unknown.
        double one_way(double least) const noexcept;
    };
    /// How far off both directions together find the estimate, in the last exchanges.
    struct Apart {
        static constexpr std::size_t size = 16;
        std::array<Nanoseconds, size> raw{};
        std::array<double, size> value{};
        std::size_t count = 0;
        void add(Nanoseconds at, double apart) noexcept;
        /// The least of them if all are on one side, less what they scatter about a line; else 0.
        double beyond_doubt() const noexcept;
    };
    struct Recent {
        std::array<double, 3> residual{};
        std::size_t run = 0; ///< observations in a row that did not fit
    };

    /// Observations that follow from the two before them, whatever is believed of offset, rate and noise.
    struct Smooth {
        std::array<Nanoseconds, 2> raw{};
        std::array<double, 2> value{};
        int known = 0;
        std::size_t run = 0;
        double most = 0; ///< that one of the run was off by
    };

    static constexpr std::size_t early_capacity = 8;
    static constexpr std::size_t columns = 4;

    bool try_start() noexcept;
    void fill(double offset, double frequency, double base, const std::array<double, 9>& covariance,
              double noise, bool keep_noise) noexcept;
    void set_wanders() noexcept;
    double best_noise() const noexcept;
    double time_constant() const noexcept;
    std::size_t best_of(bool with_wide) const noexcept;
    void follow_best(std::size_t from, std::size_t to, double score) noexcept;
    void reseed() noexcept;
    void slide_grid() noexcept;
    void move_column(std::size_t to, std::size_t from, double penalty) noexcept;
    void take_wide() noexcept;
    bool follow_jump(std::size_t channel, std::size_t best) noexcept;
    bool noise_was_none(std::size_t channel, std::size_t best, Nanoseconds raw, double value) noexcept;
    void expect_more_noise() noexcept;
    bool has_lost_the_time(std::size_t channel, std::size_t best) noexcept;
    void jump_to(double offset_step, double base_step, double noise, double span) noexcept;
    void hurry_learning(std::size_t channel, std::size_t best) noexcept;
    void judge_slowly() noexcept;
    double likeness() const noexcept;
    double path_disagreement() const noexcept;
    void caution(double observations) noexcept;

    FilterBank bank_;
    bool peer_;
    double resolution_;
    bool resolution_known_ = false;
    bool ready_ = false;
    bool frequency_known_ = false;
    double known_frequency_ = 0;
    double known_frequency_variance_ = 0;
    bool noise_known_ = false;
    bool link_known_ = false;
    double link_delay_ = 0;
    LinkNoise link_noise_;
    LinkNoise sync_noise_; ///< peer delay: of what Syncs seem to take, by the present estimate

    Nanoseconds raw_ = 0;
    double spacing_ = 1; ///< s, between one-way observations
    double centre_ = 10; ///< ns/s per sqrt(s): wander of the grid's middle column
    double outlier_share_ = 0.01;
    unsigned rounds_ = 0;
    double memory_ = 0.998;
    double worth_ = 1; ///< of one packet, where neighbours resemble each other
    double wary_ = 0;  ///< likeness of neighbours as it was lately, for the interval
    int slide_pause_ = 0;
    double cautious_ = 0; ///< observations for which the interval stays wide
    std::array<int, FilterBank::size> grace_{};
    std::array<Recent, 2> recent_{};
    std::array<Smooth, 2> smooth_{};
    std::array<Likeness, 2> likeness_{};
    std::array<double, 2> noise_trend_{}; ///< recent mean of what the noise scale should change by
    std::array<double, 2> doubt_{}; ///< ns, by channel: how early packets came that nothing explains yet

    Apart apart_;
    std::optional<double> down_; ///< the latest residual of a Sync that was believed
    /// The latest observations: what an estimate begins with.
    std::array<std::array<Early, early_capacity>, 2> early_{};
    std::array<std::size_t, 2> early_count_{};
};

} // namespace wirestamp::clock
