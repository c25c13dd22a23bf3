// SPDX-License-Identifier: Apache-2.0
//
// The one watcher of a context: hints from the system (netlink, uevents) and a periodic compare lead to a
// look at the interfaces, and what differs from the look before becomes events for all subscribers and for
// the library itself (correlations start anew). While nobody is interested it holds nothing and costs
// nothing.

#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "impl/platform/change_source.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/interface_change.hpp"
#include "impl/runtime/object.hpp"

namespace wirestamp::runtime {

class InterfaceWatch final : public Object {
public:
    using Object::Object;

    struct Request {
        platform::InterfaceId interface = 0; // 0: all
        std::uint32_t reasons = WST_CHANGE_ALL;
        Nanoseconds interval = 0; // 0: default
        wst_event_fn fn = nullptr;
        void* user = nullptr;
        wst_release_fn release = nullptr;
    };
    /// Without the mutex held. Throws Failure.
    static void subscribe(Context& context, const Request& request, wst_subscription* out);

    /// The library's own interest. With the mutex held; on_change is called with it held, too.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_change(const wst_interface_change& change) = 0;
    };
    void add(Listener& listener);
    void remove(Listener& listener) noexcept;

protected:
    void close() noexcept override;

private:
    struct Subscriber;
    using Seen = std::map<platform::InterfaceId, SeenInterface>;

    void begin();
    void end() noexcept;
    bool wanted() const noexcept { return !subscribers_.empty() || !listeners_.empty(); }
    void take_hints();
    void look();
    void look_at_all();
    void look_at(std::uint32_t index);
    void look_at_clocks();
    std::optional<SeenInterface> see(const platform::Interface& interface, const SeenInterface* before);
    void note(platform::InterfaceId id, std::optional<SeenInterface> after);
    void publish(const wst_interface_change& change);
    void arm() noexcept;
    Nanoseconds interval() const noexcept;

    std::set<Subscriber*> subscribers_;
    std::vector<Listener*> listeners_;

    std::unique_ptr<platform::ChangeSource> source_;
    std::unique_ptr<platform::Watch> source_watch_;
    std::unique_ptr<platform::Timer> timer_;
    std::vector<platform::ChangeNotice> notices_;

    Seen seen_;
    std::map<std::int32_t, StepDetector> clocks_;
    std::set<std::uint32_t> hinted_;       // interfaces by index
    std::set<std::int32_t> clocks_hinted_; // that came or went
    bool all_hinted_ = false;
    bool changed_ = false;
    unsigned quiet_ = 0; // periodic looks in a row that found nothing
    Nanoseconds last_look_ = 0;
    Nanoseconds look_took_ = 0;
};

} // namespace wirestamp::runtime
