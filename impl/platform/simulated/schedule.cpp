// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/schedule.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace wirestamp::platform::simulated {

namespace {

using Action = std::function<void(World&)>;

/// The words of one statement, taken one by one.
class Words {
public:
    Words(std::string_view text, int line) : line_(line) {
        constexpr std::string_view space = " \t\r";
        for (std::size_t at = text.find_first_not_of(space); at != std::string_view::npos;) {
            const std::size_t end = std::min(text.find_first_of(space, at), text.size());
            words_.emplace_back(text.substr(at, end - at));
            at = text.find_first_not_of(space, end);
        }
    }

    bool empty() const { return next_ == words_.size(); }
    bool take_if(std::string_view word) {
        if (empty() || words_[next_] != word)
            return false;
        ++next_;
        return true;
    }
    const std::string& take(const char* what) {
        if (empty())
            fail(std::string("expected ") + what + " at the end");
        return words_[next_++];
    }
    void finish() const {
        if (!empty())
            fail("\"" + words_[next_] + "\" is too much");
    }
    [[noreturn]] void fail(const std::string& why) const {
        std::string statement;
        for (const std::string& word : words_)
            statement += (statement.empty() ? "" : " ") + word;
        throw Failure(WST_E_PARSE,
                      "line " + std::to_string(line_) + ": " + why + " in \"" + statement + "\"");
    }

    double number(const char* what, std::string_view& unit) {
        const std::string& word = take(what);
        double value = 0;
        const char* first = word.data() + (word[0] == '+' ? 1 : 0);
        const auto [end, error] = std::from_chars(first, word.data() + word.size(), value);
        if (error != std::errc{} || !std::isfinite(value))
            fail("\"" + word + "\" is not " + what);
        unit = std::string_view(end, static_cast<std::size_t>(word.data() + word.size() - end));
        return value;
    }

    double plain(const char* what) {
        std::string_view unit;
        const double value = number(what, unit);
        if (!unit.empty())
            fail("\"" + words_[next_ - 1] + "\" is not " + what);
        return value;
    }

    double span(const char* what) { // ns
        struct Unit {
            std::string_view name;
            double ns;
        };
        constexpr std::array<Unit, 8> units{{{"ns", 1},
                                             {"us", 1e3},
                                             {"\xC2\xB5s", 1e3},
                                             {"ms", 1e6},
                                             {"s", 1e9},
                                             {"min", 6e10},
                                             {"h", 3.6e12},
                                             {"d", 8.64e13}}};
        std::string_view name;
        const double value = number(what, name);
        if (name.empty() && value == 0)
            return 0;
        for (const Unit& unit : units)
            if (unit.name == name) {
                const double ns = value * unit.ns;
                if (std::fabs(ns) > 9e18)
                    fail("\"" + words_[next_ - 1] + "\" is longer than 285 years");
                return ns;
            }
        fail("\"" + words_[next_ - 1] + "\" is not " + what +
             ": write a number with ns, us, ms, s, min, h or d");
    }
    Nanoseconds time(const char* what) {
        const double ns = span(what);
        return static_cast<Nanoseconds>(ns >= 0 ? ns + 0.5 : ns - 0.5);
    }
    Nanoseconds positive_time(const char* what) {
        const Nanoseconds t = time(what);
        if (t < 0)
            fail(std::string(what) + " must not be negative");
        return t;
    }
    double frequency(const char* what) { // ppb
        std::string_view unit;
        const double value = number(what, unit);
        if (unit == "ppb" || unit.empty())
            return value;
        if (unit == "ppm")
            return value * 1000;
        fail("\"" + words_[next_ - 1] + "\" is not " + what + ": write a number with ppb or ppm");
    }
    double probability(const char* what) {
        std::string_view unit;
        double value = number(what, unit);
        if (unit == "%")
            value /= 100;
        else if (!unit.empty())
            value = -1;
        if (!(value >= 0 && value <= 1))
            fail("\"" + words_[next_ - 1] + "\" is not " + what + ": write 0.01 or 1%");
        return value;
    }

private:
    std::vector<std::string> words_;
    std::size_t next_ = 0;
    int line_;
};

HostId host_named(World& world, Words& words) {
    const std::string& name = words.take("the name of a host");
    const auto host = world.find_host(name);
    if (!host)
        words.fail("there is no host named \"" + name + "\"");
    return *host;
}

AdapterId adapter_named(World& world, Words& words, const std::string& name) {
    const std::size_t slash = name.find('/');
    const auto host = world.find_host(name.substr(0, slash));
    const auto adapter =
        host && slash != std::string::npos ? world.find_adapter(*host, name.substr(slash + 1)) : std::nullopt;
    if (!adapter)
        words.fail("there is no adapter named \"" + name + "\" (write host/adapter)");
    return *adapter;
}

Distribution distribution(Words& words) {
    using Kind = Distribution::Kind;
    Distribution d;
    const std::string& kind = words.take("a kind of jitter");
    if (kind == "none")
        return d;
    if (kind == "gaussian")
        d.kind = Kind::gaussian;
    else if (kind == "exponential")
        d.kind = Kind::exponential;
    else if (kind == "uniform")
        d.kind = Kind::uniform;
    else if (kind == "pareto")
        d.kind = Kind::pareto;
    else if (kind == "queue")
        d.kind = Kind::queue;
    else
        words.fail("\"" + kind +
                   "\" is no jitter: write none, gaussian, exponential, uniform, pareto or queue");
    d.scale = words.span("the size of the jitter");
    if (d.scale < 0)
        words.fail("the size of jitter must not be negative");
    if (d.kind == Kind::pareto || d.kind == Kind::queue)
        d.shape = words.plain(d.kind == Kind::pareto ? "the shape of the tail" : "the load of the queue");
    if (words.take_if("limit"))
        d.limit = words.span("the limit of the jitter");
    return d;
}

Action link_action(World& world, Words& words) {
    const std::string& name = words.take("the name of a link");
    const auto found = world.find_link(name);
    if (!found)
        words.fail("there is no link named \"" + name + "\"");
    const LinkId link = *found;
    const std::string& verb = words.take("what happens to the link");
    if (verb == "cut")
        return [link](World& w) { w.cut(link); };
    if (verb == "restore")
        return [link](World& w) { w.restore(link); };

    std::function<void(LinkDirection&)> change;
    if (verb == "loss") {
        const double p = words.probability("a probability");
        change = [p](LinkDirection& d) { d.loss = p; };
    } else if (verb == "duplication") {
        const double p = words.probability("a probability");
        change = [p](LinkDirection& d) { d.duplication = p; };
    } else if (verb == "reordering") {
        const double p = words.probability("a probability");
        change = [p](LinkDirection& d) { d.reordering = p; };
    } else if (verb == "delay") {
        const Nanoseconds t = words.positive_time("a delay");
        if (t > 3600 * nanoseconds_per_second)
            words.fail("a link's delay may be at most one hour");
        change = [t](LinkDirection& d) { d.delay = t; };
    } else if (verb == "jitter") {
        change = [j = distribution(words)](LinkDirection& d) { d.jitter = j; };
    } else {
        words.fail(
            "\"" + verb +
            "\" cannot happen to a link: write cut, restore, loss, duplication, reordering, delay or jitter");
    }
    const bool forward_only = words.take_if("forward");
    const bool backward_only = !forward_only && words.take_if("backward");
    return [link, change, forward_only, backward_only](World& w) {
        LinkParameters p = w.link(link);
        if (!backward_only)
            change(p.forward);
        if (!forward_only)
            change(p.backward);
        w.set_link(link, p);
    };
}

Action clock_action(World& world, Words& words) {
    const std::string name = words.take("the name of a clock (host or host/adapter)");
    const bool device = name.find('/') != std::string::npos;
    AdapterId adapter{};
    HostId host{};
    if (device) {
        adapter = adapter_named(world, words, name);
    } else if (const auto found = world.find_host(name)) {
        host = *found;
    } else {
        words.fail("there is no host named \"" + name + "\"");
    }
    const std::string& verb = words.take("what happens to the clock");
    if (verb == "step") {
        const Nanoseconds delta = words.time("a step");
        return [=](World& w) {
            if (device)
                w.step_clock(adapter, delta);
            else
                w.step_system_clock(host, delta);
        };
    }
    if (verb == "drift") {
        const double drift = words.frequency("a frequency error");
        return [=](World& w) {
            if (device)
                w.set_clock_drift(adapter, drift);
            else
                w.set_system_drift(host, drift);
        };
    }
    if (verb == "wander") {
        const double wander = words.plain("a wander per square root of a second, such as 1e-9");
        return [=](World& w) {
            if (device)
                w.set_clock_wander(adapter, wander);
            else
                w.set_system_wander(host, wander);
        };
    }
    if (!device)
        words.fail("\"" + verb + "\" cannot happen to a system clock: write step, drift or wander");
    if (verb == "reset") {
        const Nanoseconds value = words.empty() ? 0 : words.time("a time to show");
        return [=](World& w) { w.reset_clock(adapter, value); };
    }
    if (verb == "noise") {
        const double sigma = words.span("the noise of stamps");
        return [=](World& w) { w.set_clock_stamp_noise(adapter, sigma); };
    }
    words.fail("\"" + verb + "\" cannot happen to a clock: write step, drift, wander, reset or noise");
}

Action adapter_action(World& world, Words& words) {
    const std::string name = words.take("the name of an adapter (host/adapter)");
    const AdapterId adapter = adapter_named(world, words, name);
    const std::string& verb = words.take("what happens to the adapter");
    if (verb == "up" || verb == "down")
        return [adapter, up = verb == "up"](World& w) { w.set_administratively_up(adapter, up); };
    if (verb == "remove")
        return [adapter](World& w) { w.remove_adapter(adapter); };
    if (verb == "restore")
        return [adapter](World& w) { w.restore_adapter(adapter); };
    if (verb == "rename")
        return [adapter, to = words.take("a new name")](World& w) { w.rename_adapter(adapter, to); };
    if (verb == "capabilities") {
        const std::string& what = words.take("full, software or none");
        Capabilities c;
        if (what == "full")
            c = full_capabilities();
        else if (what == "software")
            c = software_capabilities();
        else if (what == "none")
            c.valid = capability_valid::hardware | capability_valid::software;
        else
            words.fail("capabilities are full, software or none");
        return [adapter, c](World& w) { w.set_capabilities(adapter, c); };
    }
    if (verb == "errors") {
        const Nanoseconds ingress = words.time("an error of receive stamps");
        const Nanoseconds egress = words.time("an error of transmit stamps");
        return [=](World& w) { w.set_stamp_errors(adapter, ingress, egress); };
    }
    if (verb == "stamps") {
        if (words.take_if("on"))
            return [adapter](World& w) { w.set_stamps_enabled(adapter, true); };
        if (words.take_if("off"))
            return [adapter](World& w) { w.set_stamps_enabled(adapter, false); };
        double loss = 0;
        Distribution delay;
        while (!words.empty()) {
            if (words.take_if("loss"))
                loss = words.probability("a probability");
            else if (words.take_if("delay"))
                delay = distribution(words);
            else
                words.fail("stamps are on, off, or have loss and delay");
        }
        return [=](World& w) { w.set_transmit_stamps(adapter, delay, loss); };
    }
    words.fail("\"" + verb +
               "\" cannot happen to an adapter: write up, down, remove, restore, rename, "
               "capabilities, stamps or errors");
}

Action action_of(World& world, Words& words) {
    Action action;
    const std::string& subject = words.take("link, clock, adapter or host");
    if (subject == "link") {
        action = link_action(world, words);
    } else if (subject == "clock") {
        action = clock_action(world, words);
    } else if (subject == "adapter") {
        action = adapter_action(world, words);
    } else if (subject == "host") {
        const HostId host = host_named(world, words);
        const std::string& verb = words.take("what happens to the host");
        if (verb != "stall" && verb != "suspend")
            words.fail("\"" + verb + "\" cannot happen to a host: write stall or suspend");
        action = [host, asleep = verb == "suspend", span = words.positive_time("how long")](World& w) {
            if (asleep)
                w.suspend(host, span);
            else
                w.stall(host, span);
        };
    } else {
        words.fail("\"" + subject +
                   "\" is nothing that things happen to: write link, clock, adapter or host");
    }
    words.finish();
    return action;
}

struct Entry {
    Nanoseconds first = 0;
    Nanoseconds interval = 0; // 0: once
    Nanoseconds last = never;
    Action action;
};

void repeat(World& world, const Entry& entry, Nanoseconds time) {
    world.at(time, [entry, time](World& w) {
        if (entry.interval > 0 && time <= entry.last - entry.interval)
            repeat(w, entry, time + entry.interval);
        entry.action(w);
    });
}

} // namespace

void schedule(World& world, const std::string& text) {
    std::vector<Entry> entries;
    int line = 1;
    for (std::size_t at = 0; at <= text.size();) {
        std::size_t end = std::min(text.find_first_of(";\n#", at), text.size());
        Words words(std::string_view(text).substr(at, end - at), line);
        if (end < text.size() && text[end] == '#')
            end = std::min(text.find('\n', end), text.size());
        if (end < text.size() && text[end] == '\n')
            ++line;
        at = end + 1;
        if (words.empty())
            continue;
        Entry entry;
        if (words.take_if("at")) {
            entry.first = words.positive_time("a time");
        } else if (words.take_if("every")) {
            entry.interval = words.positive_time("an interval");
            if (entry.interval == 0)
                words.fail("the interval must be longer than nothing");
            entry.first = words.take_if("from") ? words.positive_time("a time") : entry.interval;
            if (words.take_if("until"))
                entry.last = words.positive_time("a time");
            if (entry.last < entry.first)
                words.fail("it ends before it begins");
        } else {
            words.fail("a statement begins with \"at TIME\" or \"every TIME\"");
        }
        entry.action = action_of(world, words);
        entries.push_back(std::move(entry));
    }
    for (const Entry& entry : entries)
        repeat(world, entry, entry.first);
}

void apply(World& world, const std::string& statement) {
    Words words(statement, 1);
    action_of(world, words)(world);
}

} // namespace wirestamp::platform::simulated
