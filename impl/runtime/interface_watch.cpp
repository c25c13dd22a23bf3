// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/interface_watch.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "impl/base/failure.hpp"
#include "impl/runtime/interface_query.hpp"

namespace wirestamp::runtime {

namespace {

constexpr Nanoseconds default_interval = nanoseconds_per_second;
constexpr Nanoseconds coalescing = 20'000'000;
// Looking may take at most this part of the time, however many interfaces there are and however wild their
// changes.
constexpr Nanoseconds rest_per_look = 10;
constexpr unsigned quiet_looks_per_slowing = 4;

bool accepts(const Interest& interest, const wst_event& event) {
    if (event.type != WST_EVENT_INTERFACE)
        return true;
    std::uint32_t reasons = 0;
    std::uint64_t id = 0;
    std::memcpy(&reasons, event.payload.raw + offsetof(wst_interface_change, reasons), sizeof reasons);
    std::memcpy(&id, event.payload.raw + offsetof(wst_interface_change, interface_id), sizeof id);
    return (interest.accepted_id == 0 || interest.accepted_id == id) &&
           (interest.accepted_reasons & reasons) != 0;
}

} // namespace

/// Stands between the hub and the user, so that the watcher hears of the end of a subscription.
struct InterfaceWatch::Subscriber {
    Context& context;
    InterfaceWatch* watch; // null once the watcher is closed
    Request request;

    static void WST_CALL on_event(void* self, const wst_event* event) {
        const Request& request = static_cast<Subscriber*>(self)->request;
        request.fn(request.user, event);
    }
    static void WST_CALL on_release(void* self) {
        const std::unique_ptr<Subscriber> subscriber(static_cast<Subscriber*>(self));
        {
            const std::lock_guard lock(subscriber->context.mutex());
            subscriber->leave();
        }
        if (subscriber->request.release)
            subscriber->request.release(subscriber->request.user);
    }
    void leave() noexcept {
        if (!watch)
            return;
        watch->subscribers_.erase(this);
        if (!watch->wanted())
            watch->end();
        watch = nullptr;
    }
};

void InterfaceWatch::subscribe(Context& context, const Request& request, wst_subscription* out) {
    auto subscriber = std::make_unique<Subscriber>(Subscriber{context, nullptr, request});
    {
        const auto lock = context.lock();
        auto& watch = context.only<InterfaceWatch>();
        if (request.interface != 0)
            interface_of(context.platform(), request.interface);
        watch.begin();
        watch.subscribers_.insert(subscriber.get());
        subscriber->watch = &watch;
        watch.arm();
    }
    Interest interest;
    interest.events = WST_EVENT_BIT(WST_EVENT_INTERFACE);
    interest.accepts = accepts;
    interest.accepted_id = request.interface;
    interest.accepted_reasons = request.reasons;
    interest.fn = request.fn ? Subscriber::on_event : nullptr;
    interest.user = subscriber.get();
    interest.release = Subscriber::on_release;
    try {
        context.subscribe(interest, out);
    } catch (...) {
        const std::lock_guard lock(context.mutex());
        subscriber->leave();
        throw;
    }
    subscriber.release();
}

void InterfaceWatch::add(Listener& listener) {
    begin();
    listeners_.push_back(&listener);
    arm();
}

void InterfaceWatch::remove(Listener& listener) noexcept {
    listeners_.erase(std::remove(listeners_.begin(), listeners_.end(), &listener), listeners_.end());
    if (!wanted())
        end();
}

void InterfaceWatch::close() noexcept {
    end();
    for (Subscriber* subscriber : subscribers_)
        subscriber->watch = nullptr;
    subscribers_.clear();
    listeners_.clear();
}

/// Whoever comes is told of what changes from now on, so what changed before is brought to the others first.
void InterfaceWatch::begin() {
    if (timer_) {
        look_at_all();
        return;
    }
    auto timer = context().loop().make_timer([this] { look(); });
    seen_.clear();
    for (const platform::Interface& interface : context().platform().interfaces().list())
        if (auto seen = see(interface, nullptr))
            seen_.emplace(interface.id, std::move(*seen));
    try {
        source_ = context().platform().open_change_source();
        if (source_)
            source_watch_ = context().loop().watch(*source_, [this] { take_hints(); });
    } catch (const std::exception& failure) {
        source_.reset();
        context().log(WST_LOG_NOTICE,
                      std::string("changes of interfaces are found by comparing alone: ") + failure.what());
    }
    timer_ = std::move(timer);
    last_look_ = context().loop().now();
    look_took_ = 0;
    quiet_ = 0;
    look_at_clocks();
}

void InterfaceWatch::end() noexcept {
    source_watch_.reset();
    source_.reset();
    timer_.reset();
    seen_.clear();
    clocks_.clear();
    hinted_.clear();
    clocks_hinted_.clear();
    all_hinted_ = false;
}

void InterfaceWatch::take_hints() {
    notices_.clear();
    source_->take(notices_);
    using Kind = platform::ChangeNotice::Kind;
    for (const platform::ChangeNotice& notice : notices_) {
        switch (notice.kind) {
            case Kind::interface_changed:
            case Kind::interface_removed:
                if (notice.interface_index != 0)
                    hinted_.insert(notice.interface_index);
                else
                    all_hinted_ = true;
                break;
            case Kind::clock_added:
            case Kind::clock_removed:
                clocks_hinted_.insert(notice.phc_index);
                all_hinted_ = true;
                break;
            case Kind::everything:
                all_hinted_ = true;
        }
    }
    if (!notices_.empty())
        quiet_ = 0;
    arm();
}

Nanoseconds InterfaceWatch::interval() const noexcept {
    Nanoseconds shortest = default_interval;
    if (!subscribers_.empty() && listeners_.empty())
        shortest = never;
    for (const Subscriber* subscriber : subscribers_)
        shortest = std::min(shortest,
                            subscriber->request.interval ? subscriber->request.interval : default_interval);
    const unsigned slowing = std::min(quiet_ / quiet_looks_per_slowing, 2u);
    return shortest << slowing;
}

void InterfaceWatch::arm() noexcept {
    if (!timer_)
        return;
    const bool hinted = all_hinted_ || !hinted_.empty();
    const Nanoseconds gap = std::max(coalescing, look_took_ * rest_per_look);
    timer_->arm(last_look_ + (hinted ? gap : std::max(gap, interval())));
}

void InterfaceWatch::look() {
    const bool by_hint = !all_hinted_ && !hinted_.empty();
    changed_ = false;
    try {
        if (by_hint) {
            const std::set<std::uint32_t> hinted = std::exchange(hinted_, {});
            for (const std::uint32_t index : hinted)
                look_at(index);
        } else {
            const bool periodic = !all_hinted_;
            look_at_all();
            quiet_ = periodic && !changed_ ? quiet_ + 1 : 0;
        }
    } catch (const std::exception& failure) {
        // The list could not be had (out of memory or descriptors): the next look tries again, and compares
        // with what was seen before.
        context().log(WST_LOG_WARNING, std::string("interfaces could not be compared: ") + failure.what());
    }
    if (changed_)
        quiet_ = 0;
    arm();
}

void InterfaceWatch::look_at_all() {
    const Nanoseconds began = context().loop().now();
    all_hinted_ = false;
    hinted_.clear();
    std::set<platform::InterfaceId> there;
    for (const platform::Interface& interface : context().platform().interfaces().list()) {
        const auto known = seen_.find(interface.id);
        if (auto seen = see(interface, known == seen_.end() ? nullptr : &known->second)) {
            there.insert(interface.id);
            note(interface.id, std::move(seen));
        }
    }
    std::vector<platform::InterfaceId> gone;
    for (const auto& [id, seen] : seen_)
        if (there.count(id) == 0)
            gone.push_back(id);
    for (const platform::InterfaceId id : gone)
        note(id, std::nullopt);
    look_at_clocks();
    clocks_hinted_.clear();
    last_look_ = context().loop().now();
    look_took_ = last_look_ - began;
}

void InterfaceWatch::look_at(std::uint32_t index) {
    const Nanoseconds began = context().loop().now();
    const auto known = std::find_if(seen_.begin(), seen_.end(),
                                    [&](const auto& entry) { return entry.second.interface.index == index; });
    auto interface = known != seen_.end() ? context().platform().interfaces().find(known->first)
                                          : context().platform().interfaces().find(std::to_string(index));
    if (interface && interface->index != index)
        interface.reset(); // one whose name is that number
    std::optional<SeenInterface> seen;
    if (interface)
        seen = see(*interface, known == seen_.end() ? nullptr : &known->second);
    if (seen)
        note(interface->id, std::move(seen));
    else if (known != seen_.end())
        note(known->first, std::nullopt);
    last_look_ = context().loop().now();
    look_took_ = last_look_ - began;
}

/// Unset if the interface went away while it was asked.
std::optional<SeenInterface> InterfaceWatch::see(const platform::Interface& interface,
                                                 const SeenInterface* before) {
    SeenInterface seen{interface, {}, {}};
    const auto ask = [&](platform::Capabilities& answer, const platform::Capabilities* former,
                         auto&& question) {
        try {
            answer = question();
        } catch (const Failure& failure) {
            if (failure.status() == WST_E_NOT_FOUND || failure.status() == WST_E_INTERFACE_GONE)
                return false;
            // A passing inability to answer (out of descriptors) is no change of the adapter.
            if (former)
                answer = *former;
        }
        return true;
    };
    platform::CapabilitySource& source = context().platform().capabilities();
    if (!ask(seen.supported, before ? &before->supported : nullptr,
             [&] { return source.supported(interface); }) ||
        !ask(seen.active, before ? &before->active : nullptr, [&] { return source.active(interface); }))
        return std::nullopt;
    return seen;
}

void InterfaceWatch::note(platform::InterfaceId id, std::optional<SeenInterface> after) {
    const auto known = seen_.find(id);
    const SeenInterface* before = known == seen_.end() ? nullptr : &known->second;
    std::uint32_t reasons = compare(before, after ? &*after : nullptr);
    if (before && after && after->interface.phc_index &&
        clocks_hinted_.count(*after->interface.phc_index) != 0) {
        reasons |= WST_CHANGE_CLOCK_REPLACED;
        clocks_.erase(*after->interface.phc_index);
    }
    if (reasons != 0)
        publish(describe(before, after ? &*after : nullptr, reasons));
    if (after)
        seen_.insert_or_assign(id, std::move(*after));
    else
        seen_.erase(id);
}

void InterfaceWatch::look_at_clocks() {
    platform::ClockSource& clocks = context().platform().clocks();
    std::set<std::int32_t> present;
    for (const auto& [id, seen] : seen_) {
        const std::int32_t index = seen.interface.phc_index.value_or(-1);
        if (index < 0 || !present.insert(index).second)
            continue;
        std::optional<Nanoseconds> step;
        try {
            step = clocks_[index].sample(
                clocks.cross_timestamp(seen.interface, platform::ClockKind::monotonic_raw, 1),
                clocks.time_asleep());
        } catch (const Failure&) {
            // Not allowed to read the device, or it is just going away: nothing to compare.
            clocks_.erase(index);
        }
        if (!step)
            continue;
        for (const auto& [other, with_clock] : seen_)
            if (with_clock.interface.phc_index.value_or(-1) == index) {
                wst_interface_change change = describe(&with_clock, &with_clock, WST_CHANGE_CLOCK_STEPPED);
                change.clock_step = *step;
                publish(change);
            }
    }
    for (auto clock = clocks_.begin(); clock != clocks_.end();)
        clock = present.count(clock->first) != 0 ? std::next(clock) : clocks_.erase(clock);
}

void InterfaceWatch::publish(const wst_interface_change& change) {
    changed_ = true;
    wst_event event = Context::make_event(WST_EVENT_INTERFACE, nullptr);
    std::memcpy(event.payload.raw, &change, sizeof change);
    context().publish(event);
    const std::vector<Listener*> listeners = listeners_; // one may leave while it hears
    for (Listener* listener : listeners)
        if (std::find(listeners_.begin(), listeners_.end(), listener) != listeners_.end())
            listener->on_change(change);
}

} // namespace wirestamp::runtime
