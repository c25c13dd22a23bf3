// SPDX-License-Identifier: Apache-2.0
//
// Who hears of what happened, and how: the subscriptions of one context, the queue of events that wait for
// callbacks and the queue for wst_event_wait.
//
// publish() only copies into queues, under the context's mutex. dispatch() runs on the loop's thread and
// calls the user with no lock held. The contract of wst_subscribe and wst_unsubscribe (context.h) is kept
// here: `release` runs exactly once and after the last `fn`; it runs on the thread that unsubscribes, unless
// `fn` is running just then, in which case the dispatching thread runs it after `fn` has come back.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "impl/base/time.hpp"
#include "impl/runtime/event_ring.hpp"
#include "impl/runtime/wait_handle.hpp"
#include "wirestamp/context.h"

namespace wirestamp::runtime {

struct Interest {
    std::uint64_t events = WST_EVENT_ALL;
    const void* object = nullptr; // null: all
    wst_event_fn fn = nullptr;    // null: into the queue
    /// What neither type nor object can say; null: all. Called with the mutex held.
    bool (*accepts)(const Interest& interest, const wst_event& event) = nullptr;
    std::uint64_t accepted_id = 0;
    std::uint32_t accepted_reasons = 0;
    void* user = nullptr;
    wst_release_fn release = nullptr;
};

class EventHub {
public:
    using Lock = std::unique_lock<std::mutex>;

    /// Every function is called with the context's mutex held; one that takes the lock may let go of it
    /// meanwhile.
    explicit EventHub(std::size_t capacity);

    void subscribe(const Interest& interest, wst_subscription* out); // throws std::bad_alloc
    wst_status unsubscribe(Lock& lock, wst_subscription id);

    /// What publishing led to, so that the context knows whom to wake.
    struct Published {
        bool to_callbacks = false;
        bool to_queue = false;
    };
    /// Sets sequence and subscription in `event`. Does not allocate.
    Published publish(wst_event& event) noexcept;

    /// Brings what waits to the callbacks. Returns true if more has come meanwhile.
    bool dispatch(Lock& lock);

    bool queue_empty() const noexcept { return queue_.size() == 0 && queue_lost_.count == 0; }
    /// Only when the queue is not empty.
    void take(wst_event& out) noexcept;
    /// Made when first asked for. Throws Failure.
    std::intptr_t queue_handle();

    /// Ends every mention of an object: events that wait are dropped, and unless called inside a callback,
    /// one that is running about it is waited for.
    void forget(Lock& lock, const void* object);

    /// Whether the calling thread is inside a callback (or release) of this hub.
    bool in_callback() const noexcept;
    /// Rises with every callback made and every event queued.
    std::uint64_t activity() const noexcept { return activity_; }

    /// No further callback starts; returns when none runs. Not inside a callback.
    void shut(Lock& lock);
    /// Ends all subscriptions.
    void release_all(Lock& lock);

private:
    struct Losses {
        std::uint64_t count = 0;
        std::uint64_t sequence = 0; // of the newest lost
        Nanoseconds time = 0;
        void add(const wst_event& event) noexcept;
        wst_event report() noexcept;
    };
    struct Subscription {
        Interest interest;
        Losses lost;
        bool ended = false; // while its fn runs: release follows
    };
    /// Threads inside callbacks, linked through their own stacks so that entering cannot fail.
    struct Frame {
        Frame(EventHub& hub) noexcept;
        ~Frame();
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;
        EventHub& hub_;
        std::thread::id thread = std::this_thread::get_id();
        Frame* next;
        Frame* previous = nullptr;
    };
    using Subscriptions = std::map<wst_subscription, Subscription>;

    static bool wants(const Interest& interest, const wst_event& event) noexcept;
    void deliver(Lock& lock, const wst_event& event);
    void deliver_losses(Lock& lock);
    void call(Lock& lock, Subscriptions::iterator subscription, wst_event& event);
    void release(Lock& lock, const Interest& interest);
    void enqueue(wst_event& event, Published& published) noexcept;

    Subscriptions subscriptions_;
    wst_subscription next_id_ = 1;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t activity_ = 0;

    EventRing pending_; // for callbacks; `subscription` holds the newest id that may hear of it
    bool callbacks_lost_ = false;
    EventRing queue_;
    Losses queue_lost_;
    std::unique_ptr<WaitHandle> queue_handle_;

    bool dispatching_ = false;
    bool shut_ = false;
    wst_subscription running_ = 0;
    const void* running_object_ = nullptr;
    bool running_cancelled_ = false;
    int waiting_ = 0; // threads in unsubscribe or forget
    Frame* frames_ = nullptr;
    std::condition_variable changed_;
};

} // namespace wirestamp::runtime
