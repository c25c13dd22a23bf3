// SPDX-License-Identifier: Apache-2.0
//
// Linear regression over the last 4, 8, 16, 32 or 64 samples, whichever predicts the next one best, as
// linuxptp's linreg. Works on the offsets that the clock would have without the servo's own corrections.

#pragma once

#include <array>
#include <cstddef>

#include "impl/clock/servo.hpp"

namespace wirestamp::clock {

class LinregServo final : public Servo {
public:
    explicit LinregServo(const ServoConfig& config);

    ServoOutput sample(double offset, Nanoseconds local, double weight) override;
    void sync_interval(double seconds) override;
    void reset() override;
    void set_frequency(double ppb) override;

private:
    static constexpr std::size_t capacity = 64;
    static constexpr std::size_t sizes = 5; ///< 4 << 0 .. 4 << 4

    struct Point {
        double t = 0; ///< s, unsteered
        double y = 0; ///< ns, offset without corrections
    };
    struct Line {
        bool valid = false;
        double intercept = 0; ///< at the newest point
        double slope = 0;     ///< ns/s
    };

    Line fit(std::size_t points) const noexcept;
    void judge_prediction(std::size_t size, double miss) noexcept;
    const Point& point(std::size_t back) const noexcept {
        return points_[(next_ + capacity - 1 - back) % capacity];
    }

    ServoConfig config_;
    StepRule step_;
    StabilityRule stability_;
    double interval_ = 1;
    std::array<Point, capacity> points_{};
    std::size_t next_ = 0;
    std::size_t count_ = 0;
    std::array<Line, sizes> lines_{};
    std::array<double, sizes> error_{};         ///< of prediction, averaged
    std::array<unsigned, sizes> predictions_{}; ///< that the average was begun with
    Nanoseconds last_local_ = 0;
    double corrected_ = 0; ///< ns that the servo has added to the clock since the oldest point
    double frequency_ = 0; ///< ppb in force
};

} // namespace wirestamp::clock
