// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/change_hub.hpp"

#include <algorithm>

#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

// A storm is told as "everything may have changed".
constexpr std::size_t storm = 64;

class Notices final : public ChangeSource, private ChangeHub::Listener {
public:
    Notices(SystemCalls& system, ChangeHub& hub) : system_(system), hub_(hub) {
        pending_.reserve(storm);
        hub_.add(*this);
    }
    ~Notices() override { hub_.remove(*this); }
    Notices(const Notices&) = delete;
    Notices& operator=(const Notices&) = delete;

    std::intptr_t native_handle() const override { return -1; }

    void signal_by(std::intptr_t event) override {
        const std::lock_guard lock(mutex_);
        event_ = event;
        if (event_ != no_handle && !pending_.empty())
            system_.signal(event_);
    }

    void take(std::vector<ChangeNotice>& out) override {
        const std::lock_guard lock(mutex_);
        out.insert(out.end(), pending_.begin(), pending_.end());
        pending_.clear();
    }

private:
    void notice(const ChangeNotice& notice) noexcept override {
        const std::lock_guard lock(mutex_);
        if (pending_.size() == 1 && pending_.front().kind == ChangeNotice::Kind::everything)
            return; // and its event is signalled
        const bool all = notice.kind == ChangeNotice::Kind::everything || pending_.size() == storm;
        if (all)
            pending_.clear();
        if (all || pending_.empty() || pending_.back().kind != notice.kind ||
            pending_.back().interface_index != notice.interface_index)
            pending_.push_back(all ? ChangeNotice{} : notice);
        if (event_ != no_handle)
            system_.signal(event_);
    }

    SystemCalls& system_;
    ChangeHub& hub_;
    std::mutex mutex_;
    std::vector<ChangeNotice> pending_;
    Handle event_ = no_handle;
};

} // namespace

ChangeHub::~ChangeHub() {
    end();
}

void ChangeHub::add(Listener& listener) {
    const std::lock_guard lock(registration_);
    {
        const std::lock_guard listening(listening_);
        listeners_.push_back(&listener);
    }
    if (registered_)
        return;
    try {
        begin();
    } catch (...) {
        const std::lock_guard listening(listening_);
        listeners_.pop_back();
        throw;
    }
}

void ChangeHub::remove(Listener& listener) noexcept {
    const std::lock_guard lock(registration_);
    bool last = false;
    {
        const std::lock_guard listening(listening_);
        listeners_.erase(std::remove(listeners_.begin(), listeners_.end(), &listener), listeners_.end());
        last = listeners_.empty();
    }
    if (last)
        end();
}

void ChangeHub::begin() {
    if (const auto outcome = system_.watch_interfaces(on_interface_change, this, interface_handle_);
        outcome != code::success)
        throw os_failure(outcome, "Windows does not tell of changes of its interfaces");
    // Without it, changes of timestamping are found by comparing.
    const auto& api = system_.timestamps();
    if (!api || api.register_change(on_config_change, this, &config_handle_) != code::success)
        config_handle_ = nullptr;
    registered_ = true;
}

void ChangeHub::end() noexcept {
    if (!registered_)
        return;
    registered_ = false;
    if (config_handle_ != nullptr)
        system_.timestamps().unregister_change(config_handle_);
    config_handle_ = nullptr;
    system_.unwatch_interfaces(interface_handle_);
    interface_handle_ = no_handle;
}

void WIRESTAMP_WINAPI ChangeHub::on_config_change(void* hub) {
    static_cast<ChangeHub*>(hub)->tell({});
}

void ChangeHub::on_interface_change(void* hub, Luid, std::uint32_t index, bool removed) {
    ChangeNotice notice;
    if (index != 0)
        notice = {removed ? ChangeNotice::Kind::interface_removed : ChangeNotice::Kind::interface_changed,
                  index, -1};
    static_cast<ChangeHub*>(hub)->tell(notice);
}

void ChangeHub::tell(const ChangeNotice& notice) noexcept {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    const std::lock_guard listening(listening_);
    for (Listener* listener : listeners_)
        listener->notice(notice);
}

std::unique_ptr<ChangeSource> open_change_notices(SystemCalls& system, ChangeHub& hub) {
    return std::make_unique<Notices>(system, hub);
}

} // namespace wirestamp::platform::windows
