// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <tuple>

namespace swarm {

namespace {

constexpr std::size_t nobody = SIZE_MAX;
/// What a chain of servos takes to hand a new time down.
constexpr std::int64_t settling = 600 * second;
/// An interval is missed now and then when noise, servos above and faults come together; those are counted.
/// Nothing excuses a clock that says it is locked and is this far outside.
constexpr std::int64_t gross_error = 20'000'000;

std::string key(const std::uint8_t (&identity)[8]) {
    return {reinterpret_cast<const char*>(identity), sizeof(identity)};
}

} // namespace

Judge::Judge(const Plan& plan, World& world)
    : plan_(plan),
      world_(world),
      views_(plan.nodes.size()),
      steady_since_(plan.nodes.size(), -1),
      way_before_(plan.nodes.size()),
      state_before_(plan.nodes.size()),
      reference_(plan.nodes.size(), nobody) {
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const wst_ptp_status status = world.nodes()[i].status();
        if (!by_identity_.emplace(key(status.clock_identity), i).second)
            throw Failed("two clocks have the identity " + identity_text(status.clock_identity));
        ports_ += plan.nodes[i].ports.size();
    }
}

void Judge::take_views() {
    for (std::size_t i = 0; i < views_.size(); ++i) {
        const Node& node = world_.nodes()[i];
        views_[i].there = node.ptp != nullptr && node.running;
        if (node.ptp) {
            views_[i].status = node.status();
            views_[i].time = node.now();
        }
    }
}

std::size_t Judge::find(const std::uint8_t (&identity)[8]) const {
    const auto found = by_identity_.find(key(identity));
    return found == by_identity_.end() ? nobody : found->second;
}

std::vector<std::size_t> Judge::way_up(std::size_t node) const {
    std::vector<std::size_t> way{node};
    while (true) {
        const View& here = views_[way.back()];
        if (!here.there)
            return {};
        if (std::equal(here.status.clock_identity, here.status.clock_identity + 8,
                       here.status.grandmaster_identity))
            return way;
        const std::size_t parent = find(here.status.parent_identity);
        if (parent == nobody || way.size() > views_.size())
            return {};
        way.push_back(parent);
    }
}

bool Judge::tells_time_of_another(const View& view, std::size_t grandmaster) const {
    for (std::size_t other = 0; other < views_.size(); ++other)
        if (other != grandmaster && way_up(other).size() == 1 &&
            views_[other].time.ptp_time >= view.time.earliest &&
            views_[other].time.ptp_time <= view.time.latest)
            return true;
    return false;
}

void Judge::look(std::int64_t now) {
    take_views();
    for (std::size_t i = 0; i < views_.size(); ++i) {
        const View& view = views_[i];
        const std::uint32_t state = view.time.clock_state;
        if (view.time.earliest > view.time.ptp_time || view.time.latest < view.time.ptp_time)
            throw Failed(plan_.nodes[i].name + ": its time lies outside its own interval");
        const auto way = way_up(i);
        std::string road;
        bool locked = way.size() > 1;
        for (const std::size_t step : way) {
            road += plan_.nodes[step].name + " ";
            locked = locked && views_[step].time.clock_state == WST_PTP_CLOCK_LOCKED;
        }
        if (tells_misses && (road != way_before_[i] || state != state_before_[i]))
            std::printf("  %12.6f s %s %s +-%lld ns by way of: %s\n", static_cast<double>(now) * 1e-9,
                        plan_.nodes[i].name.c_str(), wst_ptp_clock_state_name(state),
                        static_cast<long long>(view.time.latest - view.time.ptp_time), road.c_str());
        state_before_[i] = state;
        if (!locked || road != way_before_[i])
            steady_since_[i] = locked ? now : -1;
        way_before_[i] = road;
        if (!view.there)
            continue;
        // A grandmaster that was started anew begins with its own clock, whatever time it told before.
        if (reference_[i] != nobody && views_[reference_[i]].time.clock_state != WST_PTP_CLOCK_LOCKED)
            reference_[i] = nobody;
        std::size_t truth = nobody;
        if (state == WST_PTP_CLOCK_LOCKED && way.size() > 1) {
            // Behind a boundary clock that has just changed its own master nobody can know better.
            const bool steady =
                way.size() == 2 || (steady_since_[i] >= 0 && now - steady_since_[i] >= settling);
            if (steady && views_[way.back()].time.clock_state == WST_PTP_CLOCK_LOCKED) {
                truth = way.back();
                reference_[i] = way.size() == 2 ? truth : nobody;
            }
        } else if (state == WST_PTP_CLOCK_HOLDOVER && reference_[i] != nobody) {
            const auto above = way_up(reference_[i]);
            const bool turned =
                way.size() > 1 && way.back() != reference_[i]; // to another, but not there yet
            if (above.size() == 1 && !turned)
                truth = reference_[i];
            else
                reference_[i] = nobody; // it no longer tells the time that it told
        } else {
            reference_[i] = nobody;
        }
        if (truth == nobody || now < doubt_until_)
            continue;
        ++reads;
        const std::int64_t t = views_[truth].time.ptp_time;
        if (t >= view.time.earliest && t <= view.time.latest)
            continue;
        // Between two looks it may have followed another for a while, and has now turned back without being
        // there.
        if (state == WST_PTP_CLOCK_HOLDOVER && tells_time_of_another(view, truth)) {
            reference_[i] = nobody;
            continue;
        }
        ++missed;
        const std::int64_t away = view.time.ptp_time - t;
        const std::int64_t width = view.time.latest - view.time.ptp_time;
        if (tells_misses)
            std::printf("  %12.6f s %s %s, +-%lld ns, is %lld ns off, by way of %s\n",
                        static_cast<double>(now) * 1e-9, plan_.nodes[i].name.c_str(),
                        wst_ptp_clock_state_name(state), static_cast<long long>(width),
                        static_cast<long long>(away), road.c_str());
        if (std::abs(away) > width + gross_error)
            throw Failed(plan_.nodes[i].name + " at " + std::to_string(now) + " ns: true time, that of " +
                         plan_.nodes[truth].name + ", is " + std::to_string(away) +
                         " ns away, outside an interval of +-" + std::to_string(width) + " ns, in state " +
                         wst_ptp_clock_state_name(state) + ", by way of " + road);
    }
    const wst_simulation_counters counters = world_.counters();
    const std::uint64_t frames = 600 * (ports_ + 2) + 64 * ports_ * ports_;
    if (counters.frames_held > frames || counters.events_queued > frames + 16 * ports_ + 64)
        throw Failed("queues grow: " + std::to_string(counters.frames_held) + " frames, " +
                     std::to_string(counters.events_queued) + " events");
}

void Judge::part_of(std::size_t node, std::vector<int>& part, int number) const {
    if (part[node] >= 0)
        return;
    part[node] = number;
    for (std::size_t other = 0; other < plan_.nodes.size(); ++other) {
        if (plan_.nodes[other].domain != plan_.nodes[node].domain)
            continue;
        for (const PortPlan& a : plan_.nodes[node].ports)
            for (const PortPlan& b : plan_.nodes[other].ports)
                if (a.segment == b.segment)
                    part_of(other, part, number);
    }
}

void Judge::elected() {
    take_views();
    std::vector<int> part(plan_.nodes.size(), -1);
    int parts = 0;
    for (std::size_t i = 0; i < part.size(); ++i)
        if (part[i] < 0)
            part_of(i, part, parts++);
    for (int number = 0; number < parts; ++number) {
        std::size_t best = nobody;
        const auto rank = [&](std::size_t i) {
            return std::tuple(plan_.nodes[i].rank, key(views_[i].status.clock_identity));
        };
        for (std::size_t i = 0; i < part.size(); ++i)
            if (part[i] == number && plan_.nodes[i].may_lead && (best == nobody || rank(i) < rank(best)))
                best = i;
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (part[i] != number)
                continue;
            const NodePlan& node = plan_.nodes[i];
            const View& view = views_[i];
            if (!view.there)
                throw Failed(node.name + " does not run");
            const std::size_t grandmaster = find(view.status.grandmaster_identity);
            int masters = 0;
            int slaves = 0;
            std::string states;
            for (std::size_t p = 1; p <= node.ports.size(); ++p) {
                const std::uint8_t state = world_.nodes()[i].port(p).state;
                masters += state == WST_PTP_STATE_MASTER;
                slaves += state == WST_PTP_STATE_SLAVE || state == WST_PTP_STATE_UNCALIBRATED;
                states += std::string(" ") + wst_ptp_state_name(state);
            }
            const std::string who =
                node.name + " (" + identity_text(view.status.clock_identity) + "," + states + ") ";
            if (best == nobody) {
                if (masters > 0)
                    throw Failed(who + "leads where nobody may");
                continue;
            }
            // One of class 1 to 127 that is not the best is nobody's slave (clause 9.3.3), and silent.
            // Masters that serve by unicast alone do not hear each other.
            const bool aside = node.rank[1] <= 127 && node.may_lead && i != best;
            if (aside || (plan_.unicast && node.may_lead)) {
                if (aside && !plan_.unicast && masters > 0)
                    throw Failed(who + "leads beside " + plan_.nodes[best].name);
                continue;
            }
            if (grandmaster != best)
                throw Failed(who + "has the grandmaster " + identity_text(view.status.grandmaster_identity) +
                             " (" + (grandmaster == nobody ? "nobody" : plan_.nodes[grandmaster].name) +
                             ") instead of " + plan_.nodes[best].name);
            if (i != best && slaves != 1)
                throw Failed(who + "has " + std::to_string(slaves) + " slave ports");
            const auto way = way_up(i);
            if (way.empty() || way.back() != best)
                throw Failed(who + "does not get its time from " + plan_.nodes[best].name +
                             ": a loop, or a way to nowhere");
            if (view.status.steps_removed + 1u != way.size())
                throw Failed(who + "is " + std::to_string(way.size() - 1) + " steps away and says " +
                             std::to_string(view.status.steps_removed));
        }
    }
}

void Judge::well() {
    elected();
    for (std::size_t i = 0; i < views_.size(); ++i) {
        const NodePlan& node = plan_.nodes[i];
        const auto way = way_up(i);
        if (way.size() < 2)
            continue;
        // linuxptp's servos take as long as they take, most of all with software stamps.
        const bool adaptive =
            std::find(node.options.begin(), node.options.end(),
                      std::pair<std::string, std::string>("clock_servo", "adaptive")) != node.options.end();
        if (!adaptive)
            continue;
        const View& view = views_[i];
        const std::int64_t error = view.time.ptp_time - views_[way.back()].time.ptp_time;
        const std::string said = node.name + " is " + wst_ptp_clock_state_name(view.time.clock_state) + ", " +
                                 std::to_string(error) + " ns off, and says +-" +
                                 std::to_string(view.time.latest - view.time.ptp_time);
        // Noise that changes its kind can leave it unsure for long; it may then say so.
        const bool unsure = view.time.clock_state == WST_PTP_CLOCK_ACQUIRING && std::abs(error) < 100'000;
        if (view.time.clock_state != WST_PTP_CLOCK_LOCKED && !unsure)
            throw Failed(said + ", well after the last fault has ended");
        if (std::abs(error) > 1'000'000)
            throw Failed(said);
    }
}

void Judge::nothing_left() {
    const wst_simulation_counters counters = world_.counters();
    if (counters.frames_held != 0 || counters.events_queued != 0)
        throw Failed("after everything was closed " + std::to_string(counters.frames_held) + " frames and " +
                     std::to_string(counters.events_queued) + " events are left");
}

} // namespace swarm
