// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/plan.hpp"

#include <algorithm>
#include <cmath>

namespace swarm {

namespace {

std::string text(double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof(buffer), "%.9g", value);
    return buffer;
}

std::string at_ns(std::int64_t ns) {
    return std::to_string(ns) + "ns";
}

class Planner {
public:
    Planner(std::uint64_t seed, bool hidden)
        : random_(seed), may_be_slowed_(seed ^ 0x5107), lasts_(seed ^ 0x1a575), hidden_(hidden) {
        plan_.seed = seed;
    }

    Plan make() {
        choose_kind();
        build();
        choose_rates();
        configure();
        set_times();
        make_trouble();
        return std::move(plan_);
    }

private:
    void choose_kind() {
        plan_.domains = random_.chance(0.2) ? 2 : 1;
        const int kind = random_.below(10);
        plan_.peer_to_peer = kind < 3;
        plan_.unicast = kind == 3 || kind == 4;
        plan_.ipv6 = random_.chance(0.3);
        plan_.software = random_.chance(0.2);
        plan_.honest = random_.chance(0.6) || !hidden_;
        plan_.attacked = !plan_.peer_to_peer && random_.chance(0.3);
        if (plan_.unicast)
            plan_.domains = 1;
        asymmetry_ = random_.chance(0.25) ? random_.time(10, 20'000) : 0;
        // Small networks are quick and find most; large ones come now and then.
        const double size = random_.unit();
        wanted_ = 2 + static_cast<int>(48 * size * size * size);
    }

    int add_segment(bool bridged) {
        SegmentPlan segment;
        const int number = static_cast<int>(plan_.segments.size());
        if (bridged) {
            segment.transparent = random_.chance(0.3);
            const int count = random_.chance(0.2) ? 2 : 1;
            for (int i = 0; i < count; ++i)
                segment.bridges.push_back("sw" + std::to_string(number) + (i == 0 ? "" : "b"));
        }
        plan_.segments.push_back(segment);
        used_.push_back(0);
        return number;
    }

    void add_port(NodePlan& node, int segment) {
        PortPlan port;
        port.adapter = "eth" + std::to_string(node.ports.size());
        port.segment = segment;
        const int host = ++used_[static_cast<std::size_t>(segment)];
        const std::string v4 = "10.0." + std::to_string(segment) + "." + std::to_string(host);
        const std::string v6 = "2001:db8:" + std::to_string(segment) + "::" + std::to_string(host);
        port.addresses =
            v4 + "/24, " + v6 + "/64, fe80::" + std::to_string(segment) + ":" + std::to_string(host) + "/64";
        port.ip = plan_.ipv6 ? v6 : v4;
        port.link = "l-" + node.name + "-" + port.adapter;
        node.ports.push_back(port);
    }

    wst_simulation_jitter jitter(double scale) {
        wst_simulation_jitter j = WST_SIMULATION_JITTER_INIT;
        switch (random_.below(6)) {
            case 0:
                break;
            case 1:
                j.kind = WST_SIMULATION_JITTER_GAUSSIAN;
                break;
            case 2:
                j.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
                break;
            case 3:
                j.kind = WST_SIMULATION_JITTER_UNIFORM;
                break;
            case 4:
                j.kind = WST_SIMULATION_JITTER_PARETO;
                j.shape = random_.between(1.5, 4.0);
                j.limit = 1000 * scale;
                break;
            default:
                j.kind = WST_SIMULATION_JITTER_QUEUE;
                j.shape = random_.between(0.05, 0.7);
                break;
        }
        if (j.kind != WST_SIMULATION_JITTER_NONE)
            j.scale = scale;
        return j;
    }

    wst_simulation_link cable() {
        wst_simulation_link link = WST_SIMULATION_LINK_INIT;
        const auto delay =
            static_cast<std::int64_t>(std::exp(random_.between(std::log(50.0), std::log(200'000.0))));
        const double scale = std::exp(random_.between(std::log(1.0), std::log(3000.0)));
        const double loss = random_.chance(0.4) ? random_.between(0.0, 0.005) : 0;
        const double duplication = random_.chance(0.2) ? random_.between(0.0, 0.01) : 0;
        const double reordering = random_.chance(0.2) ? random_.between(0.0, 0.01) : 0;
        // What differs between the two ways cannot be seen by any clock; asymmetry_bound has to tell of it.
        const wst_simulation_jitter both = jitter(scale);
        // Of all cables: a bridge between a fast and a slow one takes longer in one direction.
        const double speed = random_.chance(0.5) ? 1e9 : 0;
        if (speed_ < 0)
            speed_ = speed;
        for (auto* direction : {&link.forward, &link.backward}) {
            direction->delay = delay;
            direction->jitter = both;
            direction->loss = loss;
            direction->duplication = duplication;
            direction->reordering = reordering;
            direction->bits_per_second = speed_;
        }
        if (asymmetry_ > 0)
            (random_.chance(0.5) ? link.forward : link.backward).delay += random_.time(0, asymmetry_);
        return link;
    }

    void connect_segment(int number) {
        SegmentPlan& segment = plan_.segments[static_cast<std::size_t>(number)];
        std::vector<std::pair<std::string, std::string>> ends; // adapter, link
        for (NodePlan& node : plan_.nodes)
            for (PortPlan& port : node.ports)
                if (port.segment == number)
                    ends.emplace_back(node.name + "/" + port.adapter, port.link);
        if (segment.bridges.empty()) {
            for (NodePlan& node : plan_.nodes)
                for (PortPlan& port : node.ports)
                    if (port.segment == number)
                        port.link = ends[0].second;
            if (ends.size() == 2)
                plan_.links.push_back({ends[0].second, ends[0].first, ends[1].first, cable()});
            return;
        }
        for (const auto& [adapter, link] : ends) {
            const std::string& bridge = segment.bridges[static_cast<std::size_t>(
                random_.below(static_cast<int>(segment.bridges.size())))];
            plan_.links.push_back({link, adapter, bridge, cable()});
        }
        for (std::size_t i = 1; i < segment.bridges.size(); ++i)
            plan_.links.push_back(
                {"trunk-" + segment.bridges[i], segment.bridges[i - 1], segment.bridges[i], cable()});
    }

    /// A tree: the root segment, clocks on it, boundary clocks that open further segments; sometimes a ring.
    void build() {
        struct Open {
            int segment;
            int room;
            int depth;
        };
        std::vector<Open> open;
        const auto new_segment = [&](int depth, int taken) {
            // Peer delay needs a cable: through a plain bridge several neighbours would answer.
            const bool bridged = plan_.unicast || (!plan_.peer_to_peer && random_.chance(0.7));
            const int number = add_segment(bridged);
            open.push_back({number, (bridged ? random_.between(2, 30) : 2) - taken, depth});
            return number;
        };
        new_segment(0, 0);
        if (plan_.unicast)
            open[0].room = wanted_;
        while (static_cast<int>(plan_.nodes.size()) < wanted_) {
            const auto here =
                std::find_if(open.begin(), open.end(), [](const Open& o) { return o.room > 0; });
            if (here == open.end())
                break;
            --here->room;
            const Open place = *here;
            NodePlan node;
            node.name = "n" + std::to_string(plan_.nodes.size());
            node.domain = plan_.domains > 1 ? random_.below(2) : 0;
            node.depth = place.depth;
            add_port(node, place.segment);
            const int left = static_cast<int>(
                std::count_if(open.begin(), open.end(), [](const Open& o) { return o.room > 0; }));
            const bool boundary = !plan_.unicast && place.depth < 8 &&
                                  (left == 0 || random_.chance(plan_.peer_to_peer ? 0.5 : 0.25));
            if (boundary) {
                const int more = random_.between(1, 3);
                for (int i = 0; i < more; ++i)
                    add_port(node, new_segment(place.depth + 1, 1));
            }
            plan_.nodes.push_back(std::move(node));
        }
        add_ring();
        for (int i = 0; i < static_cast<int>(plan_.segments.size()); ++i)
            connect_segment(i);
        for (const NodePlan& node : plan_.nodes)
            plan_.depth = std::max(plan_.depth, node.depth);
    }

    void add_ring() {
        std::vector<std::size_t> boundary;
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
            if (plan_.nodes[i].ports.size() > 1)
                boundary.push_back(i);
        if (boundary.size() < 2 || !random_.chance(0.4))
            return;
        const std::size_t a =
            boundary[static_cast<std::size_t>(random_.below(static_cast<int>(boundary.size())))];
        const std::size_t b =
            boundary[static_cast<std::size_t>(random_.below(static_cast<int>(boundary.size())))];
        if (a == b || plan_.nodes[a].domain != plan_.nodes[b].domain)
            return;
        const int segment = add_segment(false);
        add_port(plan_.nodes[a], segment);
        add_port(plan_.nodes[b], segment);
        // The ring may be gone through the long way round when it is cut.
        for (NodePlan& node : plan_.nodes)
            node.depth += 4;
    }

    void choose_rates() {
        log_announce_ = random_.between(-1, 1);
        log_sync_ = random_.between(-3, 1);
        timeout_ = random_.between(3, 5);
        path_trace_ = random_.chance(0.5);
        hybrid_ = !plan_.peer_to_peer && !plan_.unicast && random_.chance(0.3);
        // Where every delay request is heard by all, a few large networks would take most of the time.
        while (log_sync_ < 1 && packets_a_second() > busy_network && may_be_slowed_.chance(0.85))
            ++log_sync_;
    }

    /// About.
    double packets_a_second() const {
        const bool heard_by_all = !plan_.peer_to_peer && !plan_.unicast && !hybrid_;
        double heard = 0;
        for (const int clocks : used_)
            heard += heard_by_all ? clocks * clocks : 4.0 * clocks;
        return std::ldexp(heard, -log_sync_);
    }

    void configure() {
        std::string masters;
        const int servers = plan_.unicast ? random_.between(1, std::min(3, wanted_ - 1)) : 0;
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            NodePlan& node = plan_.nodes[i];
            auto set = [&node](const char* name, const std::string& value) {
                node.options.emplace_back(name, value);
            };
            const bool boundary = node.ports.size() > 1;
            node.drift = random_.between(-50'000.0, 50'000.0);
            node.wander = std::exp(random_.between(std::log(1e-11), std::log(1e-8)));
            node.offset = random_.time(-second, second);
            set("domainNumber", std::to_string(node.domain));
            set("network_transport", plan_.ipv6 ? "UDPv6" : "UDPv4");
            set("delay_mechanism", plan_.peer_to_peer ? "P2P" : "E2E");
            set("logAnnounceInterval", std::to_string(log_announce_));
            set("logSyncInterval", std::to_string(log_sync_));
            set("logMinDelayReqInterval", std::to_string(log_sync_));
            set("logMinPdelayReqInterval", std::to_string(std::min(0, log_sync_ + 1)));
            set("announceReceiptTimeout", std::to_string(timeout_));
            if (asymmetry_ > 0) // three cables between two clocks, half of what they differ by
                set("asymmetry_bound", std::to_string(asymmetry_ * 3 / 2 * (plan_.depth + 1)));
            if (path_trace_)
                set("path_trace_enabled", "1");
            if (hybrid_)
                set("hybrid_e2e", "1");
            if (plan_.software)
                set("time_stamping", "software");
            if (random_.chance(0.1))
                set("ptp_minor_version", "0");
            const double servo = random_.unit();
            set("clock_servo", boundary || servo < 0.8 ? "adaptive" : servo < 0.9 ? "pi" : "linreg");

            node.may_lead = boundary || i == 0 || random_.chance(0.4);
            if (plan_.unicast) {
                node.may_lead = static_cast<int>(i) < servers;
                node.serves_unicast = node.may_lead;
                set("inhibit_multicast_service", "1");
                if (node.serves_unicast) {
                    set("unicast_listen", "1");
                    masters += (masters.empty() ? "" : " ") + node.ports[0].ip;
                } else {
                    set("unicast_masters", masters);
                    set("unicast_req_duration", std::to_string(random_.between(10, 300)));
                }
            }
            if (!node.may_lead) {
                set("clientOnly", "1");
            } else {
                node.rank = {random_.between(126, 129), random_.chance(0.3) ? random_.between(128, 248) : 248,
                             random_.chance(0.3) ? random_.between(0x20, 0x2a) : 0xfe,
                             random_.between(127, 129)};
                // One that is no slave ever would cut a tree in two.
                if (!boundary && random_.chance(0.15))
                    node.rank[1] = random_.between(6, 127);
                set("priority1", std::to_string(node.rank[0]));
                set("clockClass", std::to_string(node.rank[1]));
                set("clockAccuracy", std::to_string(node.rank[2]));
                set("priority2", std::to_string(node.rank[3]));
            }
        }
    }

    void set_times() {
        const double announce = std::ldexp(1.0, log_announce_);
        const double sync = std::ldexp(1.0, log_sync_);
        // A timeout, up to half an interval more at random, and the qualification of a port
        // (clause 9.2.6.11), on every layer.
        int depth = 0;
        for (const NodePlan& node : plan_.nodes)
            depth = std::max(depth, node.depth);
        plan_.depth = depth;
        plan_.patience =
            announce * (timeout_ + 2 + 4) * (depth + 2) + announce * (depth + 2) * (depth + 2) / 2;
        const double lock = (60 + 60 * std::max(1.0, sync)) * (depth + 2);
        const auto whole = [](double s) { return static_cast<std::int64_t>(s) * second; };
        plan_.first_settled = whole(plan_.patience + lock);
        const std::int64_t trouble = random_.time(120, 1500) * second;
        plan_.last_event = plan_.first_settled + trouble;
        trouble_begins_ = plan_.first_settled + 20 * second;
        // Faults of a port and of unicast service are left after at most 16 s and 10 s.
        plan_.elected = plan_.last_event + whole(plan_.patience) + 40 * second;
        plan_.locked = plan_.elected + whole(lock);
        plan_.end = plan_.locked + random_.time(60, 1800) * second;
        // Numbers of 16 bits come round after 18 hours of one a second.
        if (packets_a_second() < quiet_network && lasts_.chance(0.02))
            plan_.end += lasts_.time(6, 30) * 3600 * second;
    }

    void say(std::int64_t time, const std::string& statement) {
        plan_.events.push_back({time, Act::statement, -1, statement});
    }

    const NodePlan& any_node() {
        return plan_.nodes[static_cast<std::size_t>(random_.below(static_cast<int>(plan_.nodes.size())))];
    }
    const PortPlan& any_port(const NodePlan& node) {
        return node.ports[static_cast<std::size_t>(random_.below(static_cast<int>(node.ports.size())))];
    }

    void make_trouble() {
        const int count = random_.between(1, 12);
        for (int i = 0; i < count; ++i) {
            const std::int64_t begin = random_.time(trouble_begins_, plan_.last_event);
            const std::int64_t longest = plan_.last_event - begin;
            const std::int64_t end = begin + std::min(longest, random_.time(second / 10, 200 * second));
            if (plan_.honest || random_.chance(0.5))
                honest_trouble(begin, end);
            else
                hidden_trouble(begin, end);
        }
        std::stable_sort(plan_.events.begin(), plan_.events.end(),
                         [](const EventPlan& a, const EventPlan& b) { return a.time < b.time; });
    }

    void honest_trouble(std::int64_t begin, std::int64_t end) {
        const LinkPlan& link =
            plan_.links[static_cast<std::size_t>(random_.below(static_cast<int>(plan_.links.size())))];
        const NodePlan& node = any_node();
        const PortPlan& port = any_port(node);
        const std::string name = "link " + link.name + " ";
        const std::string adapter = "adapter " + node.name + "/" + port.adapter + " ";
        const int number = static_cast<int>(&node - plan_.nodes.data());
        switch (random_.below(plan_.software ? 10 : 13)) {
            case 0:
                say(begin, name + "cut");
                say(end, name + "restore");
                break;
            case 1:
                say(begin, name + "loss " + text(random_.between(0.01, 0.9)));
                say(end, name + "loss " + text(link.parameters.forward.loss));
                break;
            case 2:
                say(begin, name + "duplication " + text(random_.between(0.01, 0.9)));
                say(end, name + "duplication " + text(link.parameters.forward.duplication));
                break;
            case 3:
                say(begin, name + "reordering " + text(random_.between(0.01, 0.5)));
                say(end, name + "reordering " + text(link.parameters.forward.reordering));
                break;
            case 4:
                say(begin, adapter + "down");
                say(end, adapter + "up");
                break;
            case 5:
                say(begin, "host " + node.name + " stall " +
                               at_ns(std::min<std::int64_t>(end - begin, 30 * second)));
                break;
            case 6:
                plan_.events.push_back({begin, Act::restart, number, ""});
                break;
            case 7:
                plan_.events.push_back({begin, Act::pause, number, ""});
                plan_.events.push_back({end, Act::resume, number, ""});
                break;
            case 8:
                if (node.may_lead && node.rank[1] > 127) {
                    plan_.events.push_back({begin, Act::priority, number, "1"});
                    plan_.events.push_back({end, Act::priority, number, std::to_string(node.rank[0])});
                }
                break;
            case 9:
                say(begin, name + "jitter exponential 20us");
                say(end, name + "jitter exponential 100ns");
                break;
            case 10:
                say(begin, adapter + "stamps loss " + text(random_.between(0.05, 1.0)));
                say(end, adapter + "stamps loss 0");
                break;
            case 11:
                say(begin, adapter + "stamps delay exponential " + at_ns(random_.time(1000, second)));
                say(end, adapter + "stamps delay none");
                break;
            default:
                say(begin, adapter + "stamps off");
                say(end, adapter + "stamps on");
                break;
        }
    }

    /// What nothing that a clock can see tells at once.
    void hidden_trouble(std::int64_t begin, std::int64_t end) {
        const LinkPlan& link =
            plan_.links[static_cast<std::size_t>(random_.below(static_cast<int>(plan_.links.size())))];
        const NodePlan& node = any_node();
        const std::string adapter = node.name + "/" + node.ports[0].adapter;
        const std::string clock = plan_.software ? "clock " + node.name : "clock " + adapter;
        switch (random_.below(8)) {
            case 0:
                say(begin, clock + " step " + at_ns(random_.time(-second, second)));
                break;
            case 1:
                // Crystals do not jump further, but for breaking.
                say(begin, clock + " drift " + text(node.drift + random_.between(-1000.0, 1000.0)));
                break;
            case 2:
                say(begin, "adapter " + adapter + " errors " + at_ns(random_.time(-10'000, 10'000)) + " " +
                               at_ns(random_.time(-10'000, 10'000)));
                say(end, "adapter " + adapter + " errors 0 0");
                break;
            case 3:
                say(begin, "host " + node.name + " suspend " +
                               at_ns(std::min<std::int64_t>(end - begin, 60 * second)));
                break;
            case 4:
                say(begin, "link " + link.name + " delay " + at_ns(link.parameters.forward.delay + 20'000) +
                               " forward");
                say(end, "link " + link.name + " delay " + at_ns(link.parameters.forward.delay));
                break;
            case 5:
                if (!plan_.software) {
                    say(begin, "clock " + adapter + " reset");
                    break;
                }
                [[fallthrough]];
            case 6: {
                say(begin, "adapter " + adapter + " remove");
                say(end, "adapter " + adapter + " restore");
                break;
            }
            default:
                say(begin, "clock " + node.name + " step " + at_ns(random_.time(-10 * second, 10 * second)));
                break;
        }
    }

    static constexpr double busy_network = 1000; // packets a second
    static constexpr double quiet_network = 50;

    Random random_;
    Random may_be_slowed_;
    Random lasts_;
    bool hidden_;
    Plan plan_;
    std::vector<int> used_; // addresses of a segment
    int wanted_ = 2;
    double speed_ = -1;          // not drawn yet
    std::int64_t asymmetry_ = 0; // of a cable at most
    int log_announce_ = 1;
    int log_sync_ = 0;
    int timeout_ = 3;
    bool path_trace_ = false;
    bool hybrid_ = false;
    std::int64_t trouble_begins_ = 0;
};

} // namespace

Plan make_plan(std::uint64_t seed, bool hidden) {
    return Planner(seed, hidden).make();
}

std::string Plan::describe() const {
    std::string out = std::to_string(nodes.size()) + " clocks, " +
                      (peer_to_peer ? "P2P"
                       : unicast    ? "unicast"
                                    : "E2E") +
                      (ipv6 ? ", IPv6" : "") + (software ? ", software stamps" : "") + ", depth " +
                      std::to_string(depth) + ", " + std::to_string(domains) +
                      (domains == 1 ? " domain" : " domains") + ", " + std::to_string(events.size()) +
                      " events" + (honest ? "" : ", hidden ones, too") + (attacked ? ", attacked" : "") +
                      ", " + std::to_string(end / second) + " s";
    return out;
}

} // namespace swarm
