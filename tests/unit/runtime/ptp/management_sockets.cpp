// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/runtime/ptp/management_sockets.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/runtime/bare_platform.hpp"

using namespace wirestamp;
using namespace wirestamp::runtime;

namespace {

/// A loop whose time stands until it is moved.
class StillLoop final : public platform::Loop {
public:
    Nanoseconds now() const override { return now_; }
    std::unique_ptr<platform::Timer> make_timer(std::function<void()> on_due) override {
        auto timer = std::make_unique<OneTimer>(*this, std::move(on_due));
        timers_.push_back(timer.get());
        return timer;
    }
    std::unique_ptr<platform::Watch> watch(platform::Pollable&, std::function<void()> on_ready) override {
        ready.push_back(std::move(on_ready));
        return std::make_unique<platform::Watch>();
    }
    void wake() override {}
    bool runs_here() const override { return true; }

    void pass(Nanoseconds time) {
        for (const Nanoseconds end = now_ + time; now_ < end; now_ += 500'000)
            for (std::size_t i = 0; i < timers_.size(); ++i)
                timers_[i]->run();
    }
    std::size_t timers() const { return timers_.size(); }

    std::vector<std::function<void()>> ready;

private:
    class OneTimer final : public platform::Timer {
    public:
        OneTimer(StillLoop& loop, std::function<void()> due) : loop_(loop), due_(std::move(due)) {}
        ~OneTimer() override { std::erase(loop_.timers_, this); }
        void arm(Nanoseconds deadline) override { deadline_ = deadline; }
        void cancel() override { deadline_ = never; }
        void run() {
            if (deadline_ <= loop_.now_) {
                deadline_ = never;
                due_();
            }
        }

    private:
        StillLoop& loop_;
        std::function<void()> due_;
        Nanoseconds deadline_ = never;
    };

    Nanoseconds now_ = 0;
    std::vector<OneTimer*> timers_;
};

/// Clients with the room for so many unread datagrams.
struct Acted {
    std::deque<std::pair<std::uint64_t, std::string>> asked;
    std::map<std::uint64_t, std::size_t> room;
    std::map<std::uint64_t, std::vector<std::string>> heard;
    int receive_error = 0;
    int attempts = 0;
};

class ActedSocket final : public platform::LocalSocket {
public:
    explicit ActedSocket(Acted& acted) : acted_(acted) {}
    std::intptr_t native_handle() const override { return -1; }
    int receive(platform::LocalDatagram& datagram) override {
        if (acted_.receive_error != 0)
            return -acted_.receive_error;
        if (acted_.asked.empty())
            return 0;
        const auto [client, text] = acted_.asked.front();
        acted_.asked.pop_front();
        std::copy(text.begin(), text.end(), datagram.buffer.begin());
        datagram.size = text.size();
        datagram.client = client;
        return 1;
    }
    int send(std::uint64_t client, std::span<const std::uint8_t> bytes) override {
        ++acted_.attempts;
        const auto room = acted_.room.find(client);
        if (room == acted_.room.end())
            return ENOTCONN;
        if (room->second == 0)
            return EAGAIN;
        --room->second;
        acted_.heard[client].emplace_back(bytes.begin(), bytes.end());
        return 0;
    }

private:
    Acted& acted_;
};

class SocketsOnly : public platform::Platform {
public:
    platform::InterfaceCatalogue& interfaces() override { throw std::logic_error("no interfaces here"); }
    platform::CapabilitySource& capabilities() override { throw std::logic_error("no capabilities here"); }
    platform::ClockSource& clocks() override { throw std::logic_error("no clocks here"); }
    std::unique_ptr<platform::DatagramSocket> open_socket(const platform::SocketOptions&) override {
        throw std::logic_error("no sockets here");
    }
    std::unique_ptr<platform::ChangeSource> open_change_source() override { return nullptr; }
    std::unique_ptr<platform::Loop> make_loop(const platform::LoopHooks&) override { return nullptr; }
    std::unique_ptr<platform::LocalSocket> open_local_socket(
        const platform::LocalSocketOptions& options) override {
        return std::make_unique<ActedSocket>(acted[options.path]);
    }
    std::map<std::string, Acted> acted;
};

struct Listener final : ManagementSocketHandler {
    void management_received(ptp::Route route, std::uint64_t client,
                             std::span<const std::uint8_t> bytes) override {
        heard.push_back({route, client, {bytes.begin(), bytes.end()}});
    }
    void management_broke(const std::string& path, int os_error) override {
        broken.push_back(path + " " + std::to_string(os_error));
    }
    struct One {
        ptp::Route route;
        std::uint64_t client;
        std::string text;
    };
    std::vector<One> heard;
    std::vector<std::string> broken;
};

struct Sockets {
    SocketsOnly platform;
    StillLoop loop;
    Listener listener;
    ManagementSockets sockets{platform, loop, listener, {{"rw", 0660}, {"ro", 0666}}};
    Acted& rw = platform.acted["rw"];
    Acted& ro = platform.acted["ro"];

    int answer(std::uint64_t client, const std::string& text,
               ptp::Route route = ptp::Route::management_read_write) {
        ptp::SendMessage message;
        message.route = route;
        message.management_client = client;
        return sockets.send(message, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(management_sockets)

BOOST_FIXTURE_TEST_CASE(what_comes_tells_by_which_socket, Sockets) {
    rw.asked = {{1, "change"}};
    ro.asked = {{1, "tell"}, {2, "tell too"}};
    for (const auto& ready : loop.ready)
        ready();
    BOOST_REQUIRE_EQUAL(listener.heard.size(), 3u);
    BOOST_TEST((listener.heard[0].route == ptp::Route::management_read_write));
    BOOST_TEST(listener.heard[0].text == "change");
    BOOST_TEST((listener.heard[2].route == ptp::Route::management_read_only));
    BOOST_TEST(listener.heard[2].client == 2u);
    rw.room[1] = ro.room[1] = 10;
    BOOST_TEST(answer(1, "for the reader", ptp::Route::management_read_only) == 0);
    BOOST_TEST(ro.heard[1].size() == 1u);
    BOOST_TEST(rw.heard[1].empty());
    BOOST_TEST(answer(7, "for nobody") == ENOTCONN);
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_questions_lets_others_have_their_turn, Sockets) {
    for (int i = 0; i < 50; ++i)
        rw.asked.push_back({1, "question"});
    loop.ready.front()();
    BOOST_TEST(listener.heard.size() < 50u);
    loop.pass(nanoseconds_per_second / 100); // without another wake of the system
    BOOST_TEST(listener.heard.size() == 50u);
}

BOOST_FIXTURE_TEST_CASE(answers_wait_in_order_until_their_client_reads, Sockets) {
    rw.room = {{1, 2}, {2, 100}};
    for (int i = 0; i < 6; ++i)
        BOOST_TEST(answer(1, std::to_string(i)) == 0);
    BOOST_TEST(answer(2, "meanwhile") == 0);
    BOOST_TEST(rw.heard[2].size() == 1u); // nobody waits for a slow one
    loop.pass(nanoseconds_per_second / 10);
    BOOST_TEST(rw.heard[1].size() == 2u);
    rw.room[1] = 3;
    loop.pass(nanoseconds_per_second / 10);
    rw.room[1] = 100;
    BOOST_TEST(answer(1, "6") == 0); // not before what waits
    loop.pass(nanoseconds_per_second / 10);
    const std::vector<std::string> all{"0", "1", "2", "3", "4", "5", "6"};
    BOOST_TEST(rw.heard[1] == all, boost::test_tools::per_element());
    const int attempts = rw.attempts;
    loop.pass(nanoseconds_per_second);
    BOOST_TEST(rw.attempts == attempts); // no work for nothing
}

BOOST_FIXTURE_TEST_CASE(what_is_never_read_is_bounded_and_ends, Sockets) {
    for (std::uint64_t client = 1; client <= 10; ++client)
        rw.room[client] = 0;
    rw.room[11] = 1;
    std::size_t taken = 0;
    for (int i = 0; i < 1000; ++i)
        taken += answer(1, "unread") == 0 ? 1u : 0u;
    BOOST_TEST(taken == ManagementSockets::kept_for_a_client);
    for (std::uint64_t client = 2; client <= 10; ++client)
        for (int i = 0; i < 1000; ++i)
            taken += answer(client, "unread") == 0 ? 1u : 0u;
    BOOST_TEST(taken == ManagementSockets::kept);
    BOOST_TEST(answer(11, "read") == 0);
    BOOST_TEST(rw.heard[11].size() == 1u);
    loop.pass(ManagementSockets::patience * 2);
    const int attempts = rw.attempts;
    loop.pass(ManagementSockets::patience);
    BOOST_TEST(rw.attempts == attempts);
    rw.room[1] = 5;
    BOOST_TEST(answer(1, "back again") == 0);
    BOOST_TEST(rw.heard[1].size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_leaves_takes_its_answers_along, Sockets) {
    rw.room[1] = 0;
    BOOST_TEST(answer(1, "unread") == 0);
    rw.room.erase(1);
    loop.pass(nanoseconds_per_second / 100);
    const int attempts = rw.attempts;
    loop.pass(nanoseconds_per_second);
    BOOST_TEST(rw.attempts == attempts);
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_breaks_is_closed_once_and_the_other_stays, Sockets) {
    rw.room[1] = 0;
    answer(1, "waits");
    rw.receive_error = EBADF;
    const auto ready = loop.ready;
    ready.front()();
    ready.front()(); // a wake that was already under way
    loop.pass(nanoseconds_per_second);
    BOOST_REQUIRE_EQUAL(listener.broken.size(), 1u);
    BOOST_TEST(listener.broken.front() == "rw " + std::to_string(EBADF));
    BOOST_TEST(answer(1, "gone") == ENOTCONN);
    ro.room[1] = 1;
    BOOST_TEST(answer(1, "still here", ptp::Route::management_read_only) == 0);
}

BOOST_AUTO_TEST_CASE(no_path_no_socket) {
    SocketsOnly platform;
    StillLoop loop;
    Listener listener;
    const ManagementSockets none(platform, loop, listener, {});
    BOOST_TEST(loop.ready.empty());
    BOOST_TEST(loop.timers() == 0u);
    // A system without such sockets says so.
    test::BarePlatform bare;
    BOOST_CHECK_THROW(ManagementSockets(bare, loop, listener, {{"/run/clock", 0660}, {}}), Failure);
}

BOOST_AUTO_TEST_SUITE_END()
