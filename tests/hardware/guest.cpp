// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#define BOOST_TEST_MODULE hardware
#include "guest.hpp"

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test_log.hpp>
#include <boost/test/unit_test_log_formatter.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

namespace unit = boost::unit_test;

/// Tells every case in the lines that tests/run.sh counts, with the first message of one that failed.
class Lines : public unit::test_observer {
public:
    void test_unit_start(const unit::test_unit& test) override {
        if (test.p_type == unit::TUT_CASE)
            messages_.str({});
    }
    void test_unit_finish(const unit::test_unit& test, unsigned long) override {
        if (test.p_type != unit::TUT_CASE)
            return;
        const std::string name = test.full_name().substr(test.full_name().find('/') + 1);
        const auto& results = unit::results_collector.results(test.p_id);
        if (results.p_skipped)
            return;
        if (results.passed()) {
            std::cout << "ok " << name << std::endl;
            return;
        }
        std::istringstream text(messages_.str());
        std::string first;
        std::getline(text, first);
        std::cout << "not ok " << name << ": " << first << std::endl;
        for (std::string line; std::getline(text, line);)
            std::cout << "  " << line << std::endl;
    }
    int priority() override { return 1'000; } // after the collector of results

    std::ostringstream messages_;
};

struct Setup {
    Setup() {
        if (::access("/run/lab/job", F_OK) != 0) {
            std::cerr
                << "these cases change adapters and clocks for good: tests/hardware/run.sh runs them in "
                   "a guest\n";
            std::exit(2);
        }
        // Never destroyed: the framework goes on telling observers after the last fixture has gone.
        auto& lines = *new Lines;
        unit::framework::register_observer(lines);
        unit::unit_test_log.set_stream(lines.messages_);
        unit::unit_test_log.set_threshold_level(unit::log_all_errors);
    }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(Setup);

namespace guest {

int run(const std::string& command) {
    const int status = std::system((command + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string output(const std::string& command) {
    std::string text;
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    BOOST_REQUIRE(pipe);
    std::array<char, 4096> piece;
    for (std::size_t size; (size = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
        text.append(piece.data(), size);
    ::pclose(pipe);
    return text;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::string text;
    std::getline(file, text);
    return text;
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    BOOST_REQUIRE_MESSAGE(file.good(), "cannot write \"" << text << "\" to " << path);
}

void monitor(const std::string& command) {
    write_file("/run/lab/monitor", command + "\n");
}

std::string driver() {
    const char* const name = std::getenv("GUEST_DRIVER");
    return name ? name : "igb";
}

boost::unit_test::precondition driven_by(const std::string& name) {
    return boost::unit_test::precondition([name](boost::unit_test::test_unit_id) {
        return boost::test_tools::assertion_result(driver() == name);
    });
}

std::vector<std::string> adapters() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/net")) {
        std::error_code error;
        const auto link = std::filesystem::read_symlink(entry.path() / "device/driver", error);
        if (!error && link.filename() == driver())
            names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool await(const std::function<bool()>& condition, int seconds) {
    for (int patience = 0; patience < seconds * 20; ++patience) {
        if (condition())
            return true;
        ::usleep(50'000);
    }
    return condition();
}

void raise(const std::string& name) {
    BOOST_REQUIRE(run("ip link set " + name + " up") == 0);
    BOOST_REQUIRE(await([&] { return read_file("/sys/class/net/" + name + "/carrier") == "1"; }));
}

std::ostream& operator<<(std::ostream& out, const Setting& setting) {
    return out << "tx_type " << setting.tx_type << " rx_filter " << setting.rx_filter;
}

Setting setting_of(const std::string& name) {
    Setting setting;
    std::istringstream text(output("hwstamp_ctl -i " + name));
    for (std::string word; text >> word;) {
        if (word == "tx_type")
            text >> setting.tx_type;
        else if (word == "rx_filter")
            text >> setting.rx_filter;
    }
    return setting;
}

bool set_by_other(const std::string& name, int tx_type, int rx_filter) {
    return run("hwstamp_ctl -i " + name + " -t " + std::to_string(tx_type) + " -r " +
               std::to_string(rx_filter)) == 0;
}

VirtualClocks::VirtualClocks(int phc, int count)
    : setting_("/sys/class/ptp/ptp" + std::to_string(phc) + "/n_vclocks") {
    write_file(setting_, std::to_string(count));
    const auto folder = std::filesystem::path(setting_).parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.rfind("ptp", 0) == 0)
            numbers_.push_back(std::stoi(name.substr(3)));
    }
    std::sort(numbers_.begin(), numbers_.end());
    BOOST_REQUIRE(numbers_.size() == static_cast<std::size_t>(count));
}

VirtualClocks::~VirtualClocks() {
    write_file(setting_, "0");
}

Adapter::Adapter(std::size_t number) {
    const auto names = adapters();
    BOOST_REQUIRE(names.size() > number);
    name = names[number];
    raise(name);
    set_by_other(name, 0, no_filter);
    interface = context.find(name.c_str());
    id = interface.id;
}

wst_capabilities supported(wst_context* context, std::uint64_t id) {
    wst_capabilities out = WST_CAPABILITIES_INIT;
    MUST(wst_capabilities_supported(context, id, 0, &out, error));
    return out;
}

wst_capabilities active(wst_context* context, std::uint64_t id, std::uint32_t flags) {
    wst_capabilities out = WST_CAPABILITIES_INIT;
    MUST(wst_capabilities_active(context, id, flags, &out, error));
    return out;
}

wst_status enable(wst_context* context, std::uint64_t id, std::uint32_t receive, std::uint32_t transmit,
                  wst_capabilities* granted, wst_error* error) {
    wst_enable_options options = WST_ENABLE_OPTIONS_INIT;
    options.receive = receive;
    options.transmit = transmit;
    return wst_capabilities_enable(context, id, &options, granted, error);
}

Watch::Watch(wst_context* context, std::uint64_t id) : context_(context) {
    wst_watch_options options = WST_WATCH_OPTIONS_INIT;
    options.interface_id = id;
    options.poll_interval_ms = 200;
    wst_subscription subscription;
    MUST(wst_watch(context, &options, nullptr, nullptr, nullptr, &subscription, error));
}

wst_interface_change Watch::next(const std::string& name, std::uint32_t reasons, int seconds) {
    for (int patience = 0; patience < seconds * 20; ++patience) {
        for (; looked_at_ < changes_.size(); ++looked_at_)
            if (changes_[looked_at_].name == name && (changes_[looked_at_].reasons & reasons) == reasons)
                return changes_[looked_at_++];
        wst_event event;
        event.struct_size = sizeof event;
        if (wst_event_wait(context_, 50, &event, nullptr) != WST_OK)
            continue;
        wst_interface_change change{};
        change.struct_size = sizeof change;
        if (wst_interface_change_get(&event, &change, nullptr) == WST_OK)
            changes_.push_back(change);
    }
    return {};
}

std::uint32_t Watch::heard(const std::string& name) const {
    std::uint32_t reasons = 0;
    for (const auto& change : changes_)
        if (change.name == name)
            reasons |= change.reasons;
    return reasons;
}

std::string Watch::text() const {
    std::string text;
    for (const auto& change : changes_) {
        text += std::string(text.empty() ? "" : "; ") + change.name;
        for (std::uint32_t bit = 0; wst_change_name(bit); ++bit)
            if (change.reasons & (1u << bit))
                text += std::string(" ") + wst_change_name(bit);
        if (change.reasons & WST_CHANGE_CLOCK_STEPPED)
            text += " by " + std::to_string(change.clock_step);
    }
    return text.empty() ? "nothing" : text;
}

} // namespace guest
