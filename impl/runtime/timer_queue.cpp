// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/timer_queue.hpp"

#include <utility>

namespace wirestamp::runtime {

namespace {
constexpr std::size_t not_armed = static_cast<std::size_t>(-1);
}

struct TimerQueue::Entry {
    std::function<void()> on_due;
    Nanoseconds deadline = 0;
    std::uint64_t sequence = 0;
    std::size_t position = not_armed;
};

class TimerQueue::Handle final : public platform::Timer {
public:
    Handle(TimerQueue& queue, std::shared_ptr<Entry> entry) : queue_(queue), entry_(std::move(entry)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() override {
        queue_.remove(*entry_);
        --queue_.timers_;
    }
    void arm(Nanoseconds deadline) override { queue_.arm(entry_, deadline); }
    void cancel() override { queue_.remove(*entry_); }

private:
    TimerQueue& queue_;
    std::shared_ptr<Entry> entry_;
};

TimerQueue::TimerQueue(std::function<void()> on_earlier) : on_earlier_(std::move(on_earlier)) {}
TimerQueue::~TimerQueue() = default;

std::unique_ptr<platform::Timer> TimerQueue::make(std::function<void()> on_due) {
    heap_.reserve(timers_ + 1);
    auto entry = std::make_shared<Entry>();
    entry->on_due = std::move(on_due);
    auto handle = std::make_unique<Handle>(*this, std::move(entry));
    ++timers_;
    return handle;
}

Nanoseconds TimerQueue::earliest() const noexcept {
    return heap_.empty() ? never : heap_.front()->deadline;
}

std::shared_ptr<const std::function<void()>> TimerQueue::take_due(Nanoseconds now, std::uint64_t limit) {
    if (heap_.empty() || heap_.front()->deadline > now || heap_.front()->sequence > limit)
        return nullptr;
    const std::shared_ptr<Entry> entry = heap_.front();
    remove(*entry);
    return {entry, &entry->on_due};
}

void TimerQueue::arm(const std::shared_ptr<Entry>& entry, Nanoseconds deadline) {
    const Nanoseconds earliest_before = earliest();
    remove(*entry);
    entry->deadline = deadline;
    entry->sequence = ++sequence_;
    heap_.push_back(entry);
    entry->position = heap_.size() - 1;
    move_up(entry->position);
    if (deadline < earliest_before)
        on_earlier_();
}

void TimerQueue::remove(Entry& entry) noexcept {
    if (entry.position == not_armed)
        return;
    const std::size_t hole = std::exchange(entry.position, not_armed);
    std::shared_ptr<Entry> last = std::move(heap_.back());
    heap_.pop_back();
    if (last.get() == &entry)
        return;
    place(hole, std::move(last));
    move_up(hole);
    move_down(hole);
}

void TimerQueue::move_up(std::size_t position) noexcept {
    while (position > 0) {
        const std::size_t parent = (position - 1) / 2;
        if (!before(*heap_[position], *heap_[parent]))
            return;
        std::swap(heap_[position], heap_[parent]);
        heap_[position]->position = position;
        heap_[parent]->position = parent;
        position = parent;
    }
}

void TimerQueue::move_down(std::size_t position) noexcept {
    for (;;) {
        std::size_t first = position;
        for (std::size_t child = 2 * position + 1; child <= 2 * position + 2; ++child)
            if (child < heap_.size() && before(*heap_[child], *heap_[first]))
                first = child;
        if (first == position)
            return;
        std::swap(heap_[position], heap_[first]);
        heap_[position]->position = position;
        heap_[first]->position = first;
        position = first;
    }
}

void TimerQueue::place(std::size_t position, std::shared_ptr<Entry> entry) noexcept {
    entry->position = position;
    heap_[position] = std::move(entry);
}

/// Equal deadlines come in the order in which they were armed, so that runs are reproducible.
bool TimerQueue::before(const Entry& a, const Entry& b) noexcept {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
}

} // namespace wirestamp::runtime
