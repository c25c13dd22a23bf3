// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/platform/linux/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "impl/base/failure.hpp"

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;
using wirestamp::Failure;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "wirestamp-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// A program that asks: a plain socket of the system, in a file, in the abstract space, or without any name.
class Client {
public:
    explicit Client(const std::string& name = {}) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        if (name.empty())
            return;
        const auto address = address_of(name);
        BOOST_REQUIRE_EQUAL(
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address.first), address.second), 0);
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    int ask(const std::string& socket, const std::string& text) {
        const auto address = address_of(socket);
        return ::sendto(descriptor_, text.data(), text.size(), MSG_DONTWAIT,
                        reinterpret_cast<const sockaddr*>(&address.first), address.second) < 0
                   ? errno
                   : 0;
    }
    std::string hear() {
        std::array<char, 100> buffer{};
        const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    static std::pair<sockaddr_un, socklen_t> address_of(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        const std::size_t end = name.front() == '\0' ? 0 : 1;
        return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + end)};
    }

    int descriptor_;
};

std::unique_ptr<LocalSocket> open(const std::string& path, std::uint32_t mode = 0660) {
    return open_unix_socket(SystemCalls::real(), {path, mode});
}

struct Heard {
    int result = 0;
    std::string text;
    std::uint64_t client = 0;
};

Heard hear(LocalSocket& socket) {
    std::array<std::uint8_t, 64> buffer{};
    LocalDatagram datagram;
    datagram.buffer = buffer;
    Heard heard;
    heard.result = socket.receive(datagram);
    if (heard.result == 1) {
        heard.text.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(datagram.size));
        heard.client = datagram.client;
    }
    return heard;
}

std::span<const std::uint8_t> octets(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

unsigned mode_of(const std::string& path) {
    struct stat found {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &found), 0);
    return found.st_mode & 07777;
}

std::string refusal(const std::string& path) {
    try {
        const auto socket = open(path);
    } catch (const Failure& failure) {
        return failure.what();
    }
    return "opened";
}

} // namespace

BOOST_AUTO_TEST_SUITE(local_socket)

BOOST_AUTO_TEST_CASE(answers_go_to_the_one_who_asked) {
    const Folder folder;
    const auto socket = open(folder / "clock");
    Client first(folder / "first");
    Client second(std::string("\0wirestamp-test-second", 22) + std::to_string(::getpid()));
    BOOST_TEST(hear(*socket).result == 0);
    BOOST_TEST(first.ask(folder / "clock", "one") == 0);
    BOOST_TEST(second.ask(folder / "clock", "two") == 0);
    const Heard one = hear(*socket);
    const Heard two = hear(*socket);
    BOOST_TEST(one.text == "one");
    BOOST_TEST(two.text == "two");
    BOOST_TEST(one.client != 0u);
    BOOST_TEST(one.client != two.client);
    BOOST_TEST(socket->send(two.client, octets("second")) == 0);
    BOOST_TEST(socket->send(one.client, octets("first")) == 0);
    BOOST_TEST(first.hear() == "first");
    BOOST_TEST(second.hear() == "second");
    BOOST_TEST(first.ask(folder / "clock", "again") == 0);
    BOOST_TEST(hear(*socket).client == one.client);
}

BOOST_AUTO_TEST_CASE(the_file_has_the_mode_asked_for_whatever_the_umask) {
    const Folder folder;
    for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}})
        for (const std::uint32_t mode : {0600u, 0660u, 0666u, 0u}) {
            const mode_t before = ::umask(mask);
            const auto socket = open(folder / "clock", mode);
            ::umask(before);
            BOOST_TEST(mode_of(folder / "clock") == mode);
        }
}

BOOST_AUTO_TEST_CASE(a_file_left_over_is_replaced_and_others_are_left_alone) {
    const Folder folder;
    { const Client dead(folder / "clock"); } // closed without removing its file
    BOOST_TEST(std::filesystem::exists(folder / "clock"));
    const auto socket = open(folder / "clock");
    BOOST_TEST(refusal(folder / "clock").find("choose another path") != std::string::npos);
    Client client(folder / "client");
    BOOST_TEST(client.ask(folder / "clock", "still there") == 0);
    BOOST_TEST(hear(*socket).text == "still there");

    std::ofstream(folder / "file") << "precious";
    BOOST_TEST(refusal(folder / "file").find("in use") != std::string::npos);
    BOOST_TEST(std::filesystem::file_size(folder / "file") == 8u);
    std::filesystem::create_symlink(folder / "client", folder / "link");
    BOOST_TEST(refusal(folder / "link") != "opened");
    BOOST_TEST(std::filesystem::is_symlink(folder / "link"));
    // A stream socket that listens is in use as well.
    const int stream = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / "stream";
    std::memcpy(address.sun_path, path.data(), path.size());
    BOOST_REQUIRE_EQUAL(::bind(stream, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    BOOST_TEST(refusal(path) != "opened");
    ::close(stream);
}

BOOST_AUTO_TEST_CASE(the_file_goes_with_the_socket_unless_it_is_anothers) {
    const Folder folder;
    auto socket = open(folder / "clock");
    socket.reset();
    BOOST_TEST(!std::filesystem::exists(folder / "clock"));
    socket = open(folder / "clock");
    std::filesystem::remove(folder / "clock");
    const auto heir = open(folder / "clock");
    socket.reset();
    BOOST_TEST(std::filesystem::exists(folder / "clock"));
}

BOOST_AUTO_TEST_CASE(paths_that_cannot_be_are_refused_with_advice) {
    const Folder folder;
    BOOST_TEST(refusal(folder / std::string(120, 'x')).find("107") != std::string::npos);
    BOOST_TEST(refusal("").find("107") != std::string::npos);
    BOOST_TEST(refusal(std::string("\0abstract", 9)).find("zero byte") != std::string::npos);
    BOOST_TEST(refusal(folder / "missing/clock").find("directory") != std::string::npos);
    BOOST_TEST(refusal("/proc/wirestamp").find("path") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(datagrams_that_cannot_be_answered_or_held_are_passed_over) {
    const Folder folder;
    const auto socket = open(folder / "clock");
    Client nameless;
    Client named(folder / "client");
    BOOST_TEST(nameless.ask(folder / "clock", "who am I") == 0);
    BOOST_TEST(named.ask(folder / "clock", std::string(65, 'x')) == 0);
    BOOST_TEST(named.ask(folder / "clock", "") == 0);
    BOOST_TEST(named.ask(folder / "clock", std::string(64, 'y')) == 0);
    const Heard empty = hear(*socket);
    BOOST_TEST(empty.result == 1);
    BOOST_TEST(empty.text == "");
    BOOST_TEST(hear(*socket).text == std::string(64, 'y'));
    BOOST_TEST(hear(*socket).result == 0);
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_client_that_does_not_read_or_has_gone) {
    const Folder folder;
    const auto socket = open(folder / "clock");
    std::uint64_t number = 0;
    {
        Client client(folder / "client");
        BOOST_TEST(client.ask(folder / "clock", "question") == 0);
        number = hear(*socket).client;
        int result = 0;
        for (int i = 0; i < 100'000 && result == 0; ++i)
            result = socket->send(number, octets("answer"));
        BOOST_TEST(result == EAGAIN);
    }
    BOOST_TEST(socket->send(number, octets("answer")) == ENOTCONN);
    BOOST_TEST(socket->send(number, octets("answer")) == ENOTCONN);
    BOOST_TEST(socket->send(0, octets("answer")) == ENOTCONN);
    BOOST_TEST(socket->send(number + 1, octets("answer")) == ENOTCONN);
}

BOOST_AUTO_TEST_CASE(clients_without_number_are_held_in_bounded_room) {
    LocalClients clients;
    const auto named = [](int i) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::snprintf(name.sun_path, sizeof name.sun_path, "/client/%d", i);
        return name;
    };
    const auto subscriber = clients.number_of(named(-1), sizeof(sockaddr_un));
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 1000; ++i) {
        numbers.push_back(clients.number_of(named(i), sizeof(sockaddr_un)));
        BOOST_REQUIRE(clients.find(subscriber) != nullptr); // who is spoken to is not forgotten
    }
    BOOST_TEST(clients.find(numbers.front()) == nullptr);
    BOOST_TEST(clients.find(numbers[1000 - LocalClients::capacity]) == nullptr);
    BOOST_TEST(clients.find(numbers[1001 - LocalClients::capacity]) != nullptr);
    BOOST_TEST(clients.number_of(named(999), sizeof(sockaddr_un)) == numbers.back());
    BOOST_TEST(clients.number_of(named(0), sizeof(sockaddr_un)) > numbers.back());
    clients.forget(subscriber);
    BOOST_TEST(clients.find(subscriber) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
