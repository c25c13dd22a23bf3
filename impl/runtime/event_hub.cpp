// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/event_hub.hpp"

#include <cstring>
#include <utility>

namespace wirestamp::runtime {

namespace {
/// Stands in a subscription for an object that is gone; another object may come to the old one's address.
const char gone = 0;
} // namespace

EventHub::Frame::Frame(EventHub& hub) noexcept : hub_(hub), next(hub.frames_) {
    if (next)
        next->previous = this;
    hub_.frames_ = this;
}

EventHub::Frame::~Frame() {
    (previous ? previous->next : hub_.frames_) = next;
    if (next)
        next->previous = previous;
    hub_.changed_.notify_all();
}

void EventHub::Losses::add(const wst_event& event) noexcept {
    ++count;
    sequence = event.sequence;
    time = event.time;
}

wst_event EventHub::Losses::report() noexcept {
    wst_event event;
    std::memset(&event, 0, sizeof event);
    event.struct_size = static_cast<std::uint32_t>(sizeof event);
    event.type = WST_EVENT_OVERFLOW;
    event.sequence = sequence;
    event.time = time;
    event.payload.overflow.lost = std::exchange(count, 0);
    return event;
}

EventHub::EventHub(std::size_t capacity) : pending_(capacity), queue_(capacity) {}

bool EventHub::wants(const Interest& interest, const wst_event& event) noexcept {
    return event.type < 64 && (interest.events & WST_EVENT_BIT(event.type)) != 0 &&
           (!interest.object || interest.object == event.object) &&
           (!interest.accepts || interest.accepts(interest, event));
}

void EventHub::subscribe(const Interest& interest, wst_subscription* out) {
    (interest.fn ? pending_ : queue_).allocate();
    subscriptions_.emplace(next_id_, Subscription{interest, {}, false});
    *out = next_id_++;
}

wst_status EventHub::unsubscribe(Lock& lock, wst_subscription id) {
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end() || found->second.ended)
        return WST_E_NOT_FOUND;
    if (running_ != id) {
        const Interest interest = found->second.interest;
        subscriptions_.erase(found);
        release(lock, interest);
        return WST_OK;
    }
    found->second.ended = true;
    if (in_callback())
        return WST_OK;
    ++waiting_;
    changed_.wait(lock, [&] { return subscriptions_.count(id) == 0; });
    --waiting_;
    changed_.notify_all();
    return WST_OK;
}

EventHub::Published EventHub::publish(wst_event& event) noexcept {
    Published published;
    event.struct_size = static_cast<std::uint32_t>(sizeof event);
    event.sequence = next_sequence_++;
    if (shut_)
        return published;
    bool for_callbacks = false;
    for (auto& [id, subscription] : subscriptions_) {
        if (subscription.ended || !wants(subscription.interest, event))
            continue;
        if (subscription.interest.fn) {
            for_callbacks = true;
        } else {
            event.subscription = id;
            enqueue(event, published);
        }
    }
    if (for_callbacks) {
        published.to_callbacks = true;
        event.subscription = next_id_ - 1;
        if (!pending_.push(event)) {
            callbacks_lost_ = true;
            for (auto& [id, subscription] : subscriptions_)
                if (subscription.interest.fn && !subscription.ended && wants(subscription.interest, event))
                    subscription.lost.add(event);
        }
    }
    return published;
}

void EventHub::enqueue(wst_event& event, Published& published) noexcept {
    const bool was_empty = queue_empty();
    if (!queue_.push(event))
        queue_lost_.add(event);
    ++activity_;
    published.to_queue = true;
    if (was_empty && queue_handle_)
        queue_handle_->set();
}

void EventHub::take(wst_event& out) noexcept {
    if (queue_lost_.count)
        out = queue_lost_.report();
    else
        queue_.pop(out);
    if (queue_empty() && queue_handle_)
        queue_handle_->reset();
}

std::intptr_t EventHub::queue_handle() {
    if (!queue_handle_) {
        queue_handle_ = std::make_unique<WaitHandle>();
        if (!queue_empty())
            queue_handle_->set();
    }
    return queue_handle_->native();
}

bool EventHub::dispatch(Lock& lock) {
    if (dispatching_ || shut_ || (pending_.size() == 0 && !callbacks_lost_))
        return false;
    dispatching_ = true;
    // Only what is there now, so that callbacks that cause events cannot keep the loop from its sockets and
    // timers.
    for (std::size_t left = pending_.size(); !shut_; --left) {
        deliver_losses(lock);
        if (left == 0 || pending_.size() == 0 || shut_)
            break;
        wst_event event;
        pending_.pop(event);
        deliver(lock, event);
    }
    dispatching_ = false;
    changed_.notify_all();
    return !shut_ && (pending_.size() != 0 || callbacks_lost_);
}

void EventHub::deliver(Lock& lock, const wst_event& event) {
    const wst_subscription newest = event.subscription;
    running_object_ = event.object;
    running_cancelled_ = false;
    for (auto next = subscriptions_.begin();
         next != subscriptions_.end() && next->first <= newest && !shut_ && !running_cancelled_;) {
        const wst_subscription id = next->first;
        if (next->second.interest.fn && wants(next->second.interest, event)) {
            wst_event copy = event;
            copy.subscription = id;
            call(lock, next, copy);
        }
        next = subscriptions_.upper_bound(id);
    }
    running_object_ = nullptr;
    if (waiting_)
        changed_.notify_all();
}

void EventHub::deliver_losses(Lock& lock) {
    if (!std::exchange(callbacks_lost_, false))
        return;
    for (auto next = subscriptions_.begin(); next != subscriptions_.end() && !shut_;) {
        const wst_subscription id = next->first;
        if (next->second.lost.count) {
            wst_event event = next->second.lost.report();
            event.subscription = id;
            call(lock, next, event);
        }
        next = subscriptions_.upper_bound(id);
    }
}

void EventHub::call(Lock& lock, Subscriptions::iterator subscription, wst_event& event) {
    const Frame frame(*this);
    Subscription& called = subscription->second;
    const Interest interest = called.interest;
    running_ = subscription->first;
    ++activity_;
    lock.unlock();
    interest.fn(interest.user, &event);
    lock.lock();
    running_ = 0;
    if (called.ended) {
        release(lock, interest);
        subscriptions_.erase(subscription);
    }
}

void EventHub::release(Lock& lock, const Interest& interest) {
    if (!interest.release)
        return;
    const Frame frame(*this);
    lock.unlock();
    interest.release(interest.user);
    lock.lock();
}

void EventHub::forget(Lock& lock, const void* object) {
    pending_.forget(object);
    const bool had_events = !queue_empty();
    queue_.forget(object);
    if (had_events && queue_empty() && queue_handle_)
        queue_handle_->reset();
    for (auto& [id, subscription] : subscriptions_)
        if (subscription.interest.object == object)
            subscription.interest.object = &gone;
    if (running_object_ != object)
        return;
    running_cancelled_ = true;
    if (in_callback())
        return;
    ++waiting_;
    changed_.wait(lock, [&] { return running_object_ != object; });
    --waiting_;
    changed_.notify_all();
}

bool EventHub::in_callback() const noexcept {
    for (const Frame* frame = frames_; frame; frame = frame->next)
        if (frame->thread == std::this_thread::get_id())
            return true;
    return false;
}

void EventHub::shut(Lock& lock) {
    shut_ = true;
    changed_.wait(lock, [&] { return !dispatching_ && waiting_ == 0 && frames_ == nullptr; });
}

void EventHub::release_all(Lock& lock) {
    while (!subscriptions_.empty()) {
        const Interest interest = subscriptions_.begin()->second.interest;
        subscriptions_.erase(subscriptions_.begin());
        release(lock, interest);
    }
}

} // namespace wirestamp::runtime
