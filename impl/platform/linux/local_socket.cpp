// SPDX-License-Identifier: Apache-2.0
//
// Taking the place in the file system, and keeping it clean.

#include "impl/platform/linux/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "impl/platform/linux/os_failure.hpp"

namespace wirestamp::platform::gnu_linux {

std::uint64_t LocalClients::number_of(const sockaddr_un& name, socklen_t size) noexcept {
    Client* oldest = &clients_.front();
    for (Client& client : clients_) {
        if (client.number != 0 && client.address.size == size &&
            std::memcmp(&client.address.name, &name, size) == 0) {
            client.used = ++uses_;
            return client.number;
        }
        if (client.used < oldest->used)
            oldest = &client;
    }
    oldest->address = {name, size};
    oldest->number = ++last_number_;
    oldest->used = ++uses_;
    return oldest->number;
}

const LocalClients::Address* LocalClients::find(std::uint64_t number) noexcept {
    for (Client& client : clients_)
        if (number != 0 && client.number == number) {
            client.used = ++uses_;
            return &client.address;
        }
    return nullptr;
}

void LocalClients::forget(std::uint64_t number) noexcept {
    for (Client& client : clients_)
        if (client.number == number)
            client = {};
}

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "the path of a local socket has 1 to " + std::to_string(sizeof address.sun_path - 1) +
                          " bytes and no zero byte; " + path + " has " + std::to_string(path.size()));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept {
    return reinterpret_cast<const sockaddr*>(&address);
}

int bind_to(SystemCalls& system, int fd, const sockaddr_un& address) {
    return system.bind(fd, generic(address), sizeof address);
}

std::string advice_for(int error) {
    switch (error) {
        case ENOENT:
            return "Create its directory first, or choose another path";
        case EACCES:
        case EPERM:
        case EROFS:
            return "Choose a path that this user may write to, or none";
        case EADDRINUSE:
            return "Another program, or another clock of this one, uses it: choose another path for one of "
                   "them";
        default:
            return {};
    }
}

/// Whether the file is a socket that no process has any more.
bool is_left_over(SystemCalls& system, const sockaddr_un& address) {
    struct stat found {};
    if (system.file_status(address.sun_path, &found) != 0 || !S_ISSOCK(found.st_mode))
        return false;
    const Descriptor probe(system, system.socket(AF_UNIX, SOCK_DGRAM, 0));
    return probe && system.connect(probe.get(), generic(address), sizeof address) == -ECONNREFUSED;
}

class UnixSocket final : public LocalSocket {
public:
    UnixSocket(SystemCalls& system, const LocalSocketOptions& options)
        : system_(system), address_(address_of(options.path)) {
        descriptor_ = Descriptor(system, system.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
        if (!descriptor_)
            throw os_failure(descriptor_.error(), "opening local socket " + options.path);
        // The file is made with the mode of the socket, so that it is never open to more than asked for.
        system.change_mode(descriptor_.get(), options.mode);
        int result = bind_to(system, descriptor_.get(), address_);
        if (result == -EADDRINUSE && is_left_over(system, address_) &&
            system.remove_file(address_.sun_path) == 0)
            result = bind_to(system, descriptor_.get(), address_);
        if (result != 0)
            throw os_failure(-result, "local socket " + options.path, advice_for(-result));
        if (system.file_status(address_.sun_path, &file_) != 0)
            return;
        // What the umask took away.
        if ((file_.st_mode & 07777) != options.mode)
            system.change_mode(address_.sun_path, options.mode);
    }

    ~UnixSocket() override {
        struct stat now {};
        // Somebody may have put another file there.
        if (system_.file_status(address_.sun_path, &now) == 0 && now.st_dev == file_.st_dev &&
            now.st_ino == file_.st_ino)
            system_.remove_file(address_.sun_path);
    }
    UnixSocket(const UnixSocket&) = delete;
    UnixSocket& operator=(const UnixSocket&) = delete;

    std::intptr_t native_handle() const override { return descriptor_.get(); }

    int receive(LocalDatagram& datagram) override {
        // Datagrams that are passed over must not keep us here for ever.
        for (int attempt = 0; attempt < 16; ++attempt) {
            sockaddr_un from{};
            iovec piece{datagram.buffer.data(), datagram.buffer.size()};
            msghdr message{};
            message.msg_name = &from;
            message.msg_namelen = sizeof from;
            message.msg_iov = &piece;
            message.msg_iovlen = 1;
            const int size = system_.receive_message(descriptor_.get(), &message, MSG_DONTWAIT);
            if (size == -EAGAIN)
                return 0;
            if (size < 0)
                return size;
            const bool nameless =
                message.msg_namelen <= offsetof(sockaddr_un, sun_path) || message.msg_namelen > sizeof from;
            if (nameless || (message.msg_flags & MSG_TRUNC) != 0)
                continue;
            datagram.size = static_cast<std::size_t>(size);
            datagram.client = clients_.number_of(from, message.msg_namelen);
            return 1;
        }
        return 0;
    }

    int send(std::uint64_t client, std::span<const std::uint8_t> bytes) override {
        const auto* to = clients_.find(client);
        if (to == nullptr)
            return ENOTCONN;
        sockaddr_un name = to->name;
        iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
        msghdr message{};
        message.msg_name = &name;
        message.msg_namelen = to->size;
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        const int sent = system_.send_message(descriptor_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent == -ECONNREFUSED || sent == -ENOENT) { // it went away
            clients_.forget(client);
            return ENOTCONN;
        }
        return sent < 0 ? -sent : 0;
    }

private:
    SystemCalls& system_;
    sockaddr_un address_;
    Descriptor descriptor_;
    struct stat file_ {}; // which file is ours
    LocalClients clients_;
};

} // namespace

std::unique_ptr<LocalSocket> open_unix_socket(SystemCalls& system, const LocalSocketOptions& options) {
    return std::make_unique<UnixSocket>(system, options);
}

} // namespace wirestamp::platform::gnu_linux
