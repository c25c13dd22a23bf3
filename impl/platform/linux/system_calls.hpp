// SPDX-License-Identifier: Apache-2.0
//
// Every system call of the Linux backend goes through this table, so that tests can be the kernel: one that
// refuses an option bit, runs out of buffers or answers with nonsense. All calls return what the kernel
// returns, that is a negative errno on failure, and retry EINTR.

#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

struct ifaddrs;

namespace wirestamp::platform::gnu_linux {

class SystemCalls {
public:
    virtual ~SystemCalls() = default;

    virtual int socket(int family, int type, int protocol);
    virtual int set_option(int fd, int level, int name, const void* value, socklen_t size);
    virtual int get_option(int fd, int level, int name, void* value, socklen_t* size);
    virtual int bind(int fd, const sockaddr* address, socklen_t size);
    virtual int connect(int fd, const sockaddr* address, socklen_t size);
    virtual int local_name(int fd, sockaddr* address, socklen_t* size);
    virtual int send(int fd, const void* data, size_t size, int flags);
    virtual int receive_from(int fd, void* data, size_t size, int flags, sockaddr* sender,
                             socklen_t* sender_size);
    virtual int send_message(int fd, const msghdr* message, int flags);
    virtual int send_messages(int fd, mmsghdr* messages, unsigned count, int flags);
    virtual int receive_message(int fd, msghdr* message, int flags);
    virtual int receive_messages(int fd, mmsghdr* messages, unsigned count, int flags);
    virtual int control(int fd, unsigned long request, void* argument);
    virtual int open(const char* path, int flags);
    virtual int close(int fd);
    virtual int file_status(const char* path, struct stat* status); // of a link itself, not of what it names
    virtual int change_mode(const char* path, mode_t mode);
    virtual int change_mode(int fd, mode_t mode);
    virtual int remove_file(const char* path);
    virtual int make_poll_set();
    virtual int add_to_poll_set(int set, int fd);
    virtual int read_clock(clockid_t clock, timespec* value);
    /// A descriptor that is readable after CLOCK_REALTIME was set or the machine woke up (timerfd_create(2)).
    virtual int make_clock_jump_notice();
    virtual int read(int fd, void* data, size_t size);
    virtual int adjust_clock(clockid_t clock, timex* change);
    virtual int interface_addresses(ifaddrs** list); // to be freed with freeifaddrs

    static SystemCalls& real();
};

/// Owns a descriptor of a SystemCalls.
class Descriptor {
public:
    Descriptor() = default;
    Descriptor(SystemCalls& system, int fd) : system_(&system), fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : system_(other.system_), fd_(other.fd_) { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            system_ = other.system_;
            fd_ = other.fd_;
            other.fd_ = -1;
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const noexcept { return fd_; }
    /// What the opening call returned: a descriptor or a negative errno.
    int error() const noexcept { return fd_ < 0 ? -fd_ : 0; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void reset() {
        if (fd_ >= 0)
            system_->close(fd_);
        fd_ = -1;
    }

private:
    SystemCalls* system_ = nullptr;
    int fd_ = -1;
};

} // namespace wirestamp::platform::gnu_linux
