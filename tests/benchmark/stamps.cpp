// SPDX-License-Identifier: Apache-2.0
//
// What the library costs beside the bare system calls: ratios within one run, the median of many short turns
// in which both sides take part alike. Goals: queries and cross-timestamps 1.15, one packet 1.10, batches of
// 32 against calls without any stamps 1.25.
//
//     benchmark_stamps [INTERFACE [queries]]    of lo; packets go over lo always. In a guest of
//     tests/hardware, where
//                                               an instruction takes a constant time, cards have clocks:
//     tests/hardware/lab/guest_run -i 1 -n igb@1 -t 600 -- bash -c 'modprobe igb && BENCHMARK eth0 queries'

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/socket.h"

namespace {

constexpr unsigned batch_size = 32;
constexpr int turns = 301;

wst_error error = WST_ERROR_INIT;

void must(bool held, const char* what) {
    if (held)
        return;
    std::fprintf(stderr, "benchmark_stamps: %s failed: %s\n", what, error.message);
    std::exit(1);
}
#define MUST(call) must((call) == WST_OK, #call)

double nanoseconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return static_cast<double>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
            .count());
}

/// Medians of both, taken in turns so that whatever else the machine does meets both.
void compare(
    const std::string& what, double goal, unsigned per_turn, const std::function<void()>& bare,
    const std::function<void()>& ours, const std::function<void()>& before_bare = [] {},
    const std::function<void()>& before_ours = [] {}) {
    std::vector<double> bare_times;
    std::vector<double> our_times;
    for (int turn = 0; turn < turns; ++turn) {
        before_bare();
        bare_times.push_back(nanoseconds(bare) / per_turn);
        before_ours();
        our_times.push_back(nanoseconds(ours) / per_turn);
    }
    std::nth_element(bare_times.begin(), bare_times.begin() + turns / 2, bare_times.end());
    std::nth_element(our_times.begin(), our_times.begin() + turns / 2, our_times.end());
    const double b = bare_times[turns / 2];
    const double o = our_times[turns / 2];
    std::printf("%-78s %9.0f ns %9.0f ns   ratio %.2f (goal %.2f)\n", what.c_str(), b, o, o / b, goal);
}

/// A socket as one writes it by hand.
struct Bare {
    explicit Bare(unsigned stamps, bool destinations = true) {
        fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        self.sin_family = AF_INET;
        self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof self;
        must(::bind(fd, reinterpret_cast<sockaddr*>(&self), sizeof self) == 0, "bind");
        must(::getsockname(fd, reinterpret_cast<sockaddr*>(&self), &size) == 0, "getsockname");
        const int on = 1;
        if (stamps != 0) {
            must(::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps) == 0,
                 "SO_TIMESTAMPING");
            if (destinations)
                ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
            ::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
        }
        for (unsigned i = 0; i < batch_size; ++i) {
            pieces[i] = {buffers[i], 64};
            auto& header = messages[i].msg_hdr;
            header = {};
            header.msg_name = &names[i];
            header.msg_iov = &pieces[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i];
        }
    }
    ~Bare() { ::close(fd); }

    void prepare_receive(unsigned i) {
        auto& header = messages[i].msg_hdr;
        header.msg_namelen = sizeof names[i];
        header.msg_controllen = sizeof controls[i];
        pieces[i].iov_len = sizeof buffers[i];
    }
    void prepare_send(unsigned i, bool tagged, std::uint32_t id) {
        auto& header = messages[i].msg_hdr;
        names[i] = self;
        header.msg_namelen = sizeof names[i];
        pieces[i].iov_len = 10;
        header.msg_controllen = 0;
        if (!tagged)
            return;
        header.msg_controllen = 2 * CMSG_SPACE(sizeof(std::uint32_t));
        cmsghdr* control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SO_TIMESTAMPING;
        control->cmsg_len = CMSG_LEN(sizeof(std::uint32_t));
        const std::uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
        std::memcpy(CMSG_DATA(control), &flags, sizeof flags);
        control = CMSG_NXTHDR(&header, control);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = 81; // SCM_TS_OPT_ID
        control->cmsg_len = CMSG_LEN(sizeof(std::uint32_t));
        std::memcpy(CMSG_DATA(control), &id, sizeof id);
    }
    std::int64_t stamp(const msghdr& header) const {
        for (cmsghdr* control = CMSG_FIRSTHDR(&header); control;
             control = CMSG_NXTHDR(const_cast<msghdr*>(&header), control))
            if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPING) {
                timespec time;
                std::memcpy(&time, CMSG_DATA(control), sizeof time);
                return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
            }
        return 0;
    }
    void receive_one() {
        prepare_receive(0);
        must(::recvmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT) >= 0, "recvmsg");
        sum += stamp(messages[0].msg_hdr);
    }
    bool send_one(bool tagged, std::uint32_t id) {
        prepare_send(0, tagged, id);
        return ::sendmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT) >= 0;
    }
    void take_stamp() {
        prepare_receive(0);
        must(::recvmsg(fd, &messages[0].msg_hdr, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0,
             "recvmsg of the error queue");
        sum += stamp(messages[0].msg_hdr);
    }

    int fd = -1;
    sockaddr_in self{};
    mmsghdr messages[batch_size]{};
    iovec pieces[batch_size]{};
    sockaddr_in names[batch_size]{};
    char buffers[batch_size][64]{};
    alignas(cmsghdr) char controls[batch_size][512]{};
    std::int64_t sum = 0; // so that no compiler drops the reading of stamps
};

/// The same through the library.
struct Ours {
    Ours(wst_context* context, std::uint32_t stamps, std::uint64_t interface = 0) {
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        options.stamps = stamps;
        options.interface_id = interface;
        MUST(wst_address_parse("127.0.0.1", &options.local, &error));
        MUST(wst_socket_open(context, &options, &socket, &error));
        MUST(wst_socket_local_address(socket, &self, &error));
        for (unsigned i = 0; i < batch_size; ++i) {
            out[i] = WST_OUTGOING_INIT;
            out[i].data = buffers[i];
            out[i].size = 10;
            out[i].destination = self;
        }
    }
    ~Ours() { wst_socket_close(socket, nullptr); }

    void prepare_receive(unsigned i) {
        in[i].struct_size = sizeof(wst_datagram);
        in[i].data = buffers[i];
        in[i].capacity = sizeof buffers[i];
    }
    void receive_one() {
        prepare_receive(0);
        must(wst_socket_receive(socket, &in[0], 0, nullptr) == WST_OK, "wst_socket_receive");
        sum += in[0].software.value;
    }
    void send_one(bool tagged, std::uint32_t id) {
        out[0].flags = tagged ? WST_OUTGOING_STAMP : 0;
        out[0].id = id;
        must(wst_socket_send(socket, &out[0], nullptr) == WST_OK, "wst_socket_send");
    }
    void take_stamp(std::uint32_t id) {
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        must(wst_socket_transmit_stamp(socket, id, 0, &stamp, nullptr) == WST_OK,
             "wst_socket_transmit_stamp");
        sum += stamp.software.value;
    }

    wst_socket* socket = nullptr;
    wst_address self{};
    wst_outgoing out[batch_size];
    wst_datagram in[batch_size];
    char buffers[batch_size][64]{};
    std::int64_t sum = 0;
};

void batches(wst_context* context, std::uint64_t interface, const std::string& where);

void packets(wst_context* context) {
    constexpr unsigned receive_stamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
    constexpr unsigned both_stamps = receive_stamps | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    constexpr unsigned count = 64;
    {
        Bare bare(receive_stamps);
        Ours ours(context, WST_STAMPS_SOFTWARE);
        compare(
            "receive one, with stamp: recvmsg", 1.10, count,
            [&] {
                for (unsigned i = 0; i < count; ++i)
                    bare.receive_one();
            },
            [&] {
                for (unsigned i = 0; i < count; ++i)
                    ours.receive_one();
            },
            [&] {
                for (unsigned i = 0; i < count; ++i)
                    bare.send_one(false, 0);
            },
            [&] {
                for (unsigned i = 0; i < count; ++i)
                    ours.send_one(false, 0);
            });
    }
    {
        Bare bare(both_stamps);
        Ours ours(context, WST_STAMPS_SOFTWARE);
        if (!bare.send_one(true, 1)) {
            std::printf("send one and take its stamp: this kernel has no SCM_TS_OPT_ID\n");
        } else {
            bare.take_stamp();
            std::uint32_t id = 0;
            compare(
                "send one and take its stamp: sendmsg, recvmsg(ERRQUEUE)", 1.10, count,
                [&] {
                    for (unsigned i = 0; i < count; ++i) {
                        bare.send_one(true, i);
                        bare.take_stamp();
                    }
                },
                [&] {
                    for (unsigned i = 0; i < count; ++i) {
                        ours.send_one(true, ++id);
                        ours.take_stamp(id);
                    }
                },
                [&] {
                    while (::recv(bare.fd, bare.buffers[0], 64, MSG_DONTWAIT) >= 0) {
                    }
                },
                [&] {
                    ours.prepare_receive(0);
                    while (wst_socket_receive(ours.socket, &ours.in[0], 0, nullptr) == WST_OK)
                        ours.prepare_receive(0);
                });
        }
    }
    batches(context, 0, "");
    wst_interface lo = WST_INTERFACE_INIT;
    MUST(wst_interface_find(context, "lo", &lo, &error));
    batches(context, lo.id, ", on one interface");
}

/// Batches against calls without any stamps, and against calls with the same: the difference is the kernel's
/// own price for stamps, which nobody can save.
void batches(wst_context* context, std::uint64_t interface, const std::string& where) {
    constexpr unsigned receive_stamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
    constexpr unsigned both_stamps = receive_stamps | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    {
        Bare bare(0);
        Ours ours(context, WST_STAMPS_SOFTWARE, interface);
        const auto bare_send = [&] {
            for (unsigned i = 0; i < batch_size; ++i)
                bare.prepare_send(i, false, 0);
            must(::sendmmsg(bare.fd, bare.messages, batch_size, MSG_DONTWAIT) == static_cast<int>(batch_size),
                 "sendmmsg");
        };
        const auto bare_receive = [&] {
            for (unsigned i = 0; i < batch_size; ++i) {
                bare.prepare_receive(i);
                bare.messages[i].msg_hdr.msg_controllen = 0;
            }
            must(::recvmmsg(bare.fd, bare.messages, batch_size, MSG_DONTWAIT, nullptr) ==
                     static_cast<int>(batch_size),
                 "recvmmsg");
        };
        std::uint32_t done = 0;
        const auto our_send = [&] {
            for (unsigned i = 0; i < batch_size; ++i)
                ours.out[i].flags = 0;
            must(wst_socket_send_batch(ours.socket, ours.out, batch_size, &done, nullptr) == WST_OK &&
                     done == batch_size,
                 "wst_socket_send_batch");
        };
        const auto our_tagged_send = [&] {
            for (unsigned i = 0; i < batch_size; ++i) {
                ours.out[i].flags = WST_OUTGOING_STAMP;
                ours.out[i].id = i;
            }
            must(wst_socket_send_batch(ours.socket, ours.out, batch_size, &done, nullptr) == WST_OK &&
                     done == batch_size,
                 "wst_socket_send_batch");
        };
        const auto our_receive = [&] {
            for (unsigned i = 0; i < batch_size; ++i)
                ours.prepare_receive(i);
            must(wst_socket_receive_batch(ours.socket, ours.in, batch_size, 0, &done, nullptr) == WST_OK &&
                     done == batch_size,
                 "wst_socket_receive_batch");
        };
        const auto take_stamps = [&] {
            wst_transmit_stamp stamps[batch_size];
            for (auto& stamp : stamps)
                stamp = WST_TRANSMIT_STAMP_INIT;
            wst_socket_transmit_stamps(ours.socket, stamps, batch_size, 0, &done, nullptr);
        };
        compare("receive 32 with stamps" + where + ": recvmmsg without", 1.25, batch_size, bare_receive,
                our_receive, bare_send, our_send);
        Bare stamped(receive_stamps, interface == 0);
        compare(
            "receive 32 with stamps" + where + ": recvmmsg with the same", 1.10, batch_size,
            [&] {
                for (unsigned i = 0; i < batch_size; ++i)
                    stamped.prepare_receive(i);
                must(::recvmmsg(stamped.fd, stamped.messages, batch_size, MSG_DONTWAIT, nullptr) ==
                         static_cast<int>(batch_size),
                     "recvmmsg");
                for (const auto& message : stamped.messages)
                    stamped.sum += stamped.stamp(message.msg_hdr);
            },
            our_receive,
            [&] {
                for (unsigned i = 0; i < batch_size; ++i)
                    stamped.prepare_send(i, false, 0);
                must(::sendmmsg(stamped.fd, stamped.messages, batch_size, MSG_DONTWAIT) ==
                         static_cast<int>(batch_size),
                     "sendmmsg");
            },
            our_send);
        compare(
            "send 32 without stamps" + where + ": sendmmsg", 1.25, batch_size, bare_send, our_send, [] {},
            [] {});
        while (::recv(bare.fd, bare.buffers[0], 64, MSG_DONTWAIT) >= 0) {
        }
        ours.prepare_receive(0);
        while (wst_socket_receive(ours.socket, &ours.in[0], 0, nullptr) == WST_OK)
            ours.prepare_receive(0);
        compare(
            "send 32 with stamps, taken apart" + where + ": sendmmsg without", 1.25, batch_size, bare_send,
            our_tagged_send,
            [&] {
                while (::recv(bare.fd, bare.buffers[0], 64, MSG_DONTWAIT) >= 0) {
                }
            },
            [&] {
                take_stamps();
                ours.prepare_receive(0);
                while (wst_socket_receive(ours.socket, &ours.in[0], 0, nullptr) == WST_OK)
                    ours.prepare_receive(0);
            });
        Bare tagged(both_stamps);
        if (!tagged.send_one(true, 0))
            return; // a kernel without SCM_TS_OPT_ID
        compare(
            "send 32 with stamps, taken apart" + where + ": sendmmsg with the same", 1.10, batch_size,
            [&] {
                for (unsigned i = 0; i < batch_size; ++i)
                    tagged.prepare_send(i, true, i);
                must(::sendmmsg(tagged.fd, tagged.messages, batch_size, MSG_DONTWAIT) ==
                         static_cast<int>(batch_size),
                     "sendmmsg");
            },
            our_tagged_send,
            [&] {
                for (unsigned i = 0; i < batch_size; ++i)
                    tagged.prepare_receive(i);
                while (::recvmmsg(tagged.fd, tagged.messages, batch_size, MSG_ERRQUEUE | MSG_DONTWAIT,
                                  nullptr) > 0) {
                }
                while (::recv(tagged.fd, tagged.buffers[0], 64, MSG_DONTWAIT) >= 0) {
                }
            },
            [&] {
                take_stamps();
                ours.prepare_receive(0);
                while (wst_socket_receive(ours.socket, &ours.in[0], 0, nullptr) == WST_OK)
                    ours.prepare_receive(0);
            });
    }
}

// The kernel's macros of these are signed.
constexpr std::size_t message_header = sizeof(nlmsghdr);
constexpr std::size_t general_header = sizeof(genlmsghdr);
constexpr std::size_t attribute_header = sizeof(nlattr);
constexpr std::size_t aligned(std::size_t size) {
    return (size + 3) / 4 * 4;
}

/// Ethtool's netlink as one writes it by hand: a request and its answer.
class EthtoolNetlink {
public:
    EthtoolNetlink() {
        fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
        Request request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
        request.add(CTRL_ATTR_FAMILY_NAME, "ethtool", 8);
        const std::size_t size = exchange(request);
        for (std::size_t at = message_header + general_header; at + sizeof(nlattr) <= size;) {
            nlattr attribute;
            std::memcpy(&attribute, answer_ + at, sizeof attribute);
            if (attribute.nla_type == CTRL_ATTR_FAMILY_ID)
                std::memcpy(&family_, answer_ + at + attribute_header, sizeof family_);
            at += aligned(attribute.nla_len);
        }
        must(family_ != 0, "finding ethtool's netlink family");
    }
    ~EthtoolNetlink() { ::close(fd_); }
    void ask(std::uint8_t command, std::uint32_t index) {
        Request request(family_, command, 1);
        const struct {
            nlattr header;
            std::uint32_t index;
        } device = {{8, ETHTOOL_A_HEADER_DEV_INDEX}, index};
        request.add(ETHTOOL_A_TSINFO_HEADER | NLA_F_NESTED, &device, sizeof device);
        exchange(request);
    }

private:
    struct Request {
        Request(std::uint16_t family, std::uint8_t command, std::uint8_t version) {
            header = {message_header + general_header, family, NLM_F_REQUEST, 1, 0};
            general = {command, version, 0};
        }
        void add(int type, const void* data, std::size_t size) {
            const nlattr attribute = {static_cast<std::uint16_t>(attribute_header + size),
                                      static_cast<std::uint16_t>(type)};
            unsigned char* at = room + header.nlmsg_len - message_header - general_header;
            std::memcpy(at, &attribute, sizeof attribute);
            std::memcpy(at + attribute_header, data, size);
            header.nlmsg_len += static_cast<std::uint32_t>(aligned(attribute_header + size));
        }
        nlmsghdr header;
        genlmsghdr general;
        unsigned char room[64]{};
    };
    std::size_t exchange(const Request& request) {
        must(::send(fd_, &request, request.header.nlmsg_len, 0) > 0, "send to netlink");
        const ssize_t size = ::recv(fd_, answer_, sizeof answer_, 0);
        must(size > 0, "recv from netlink");
        return static_cast<std::size_t>(size);
    }

    int fd_ = -1;
    std::uint16_t family_ = 0;
    alignas(nlmsghdr) unsigned char answer_[16384];
};

void queries(wst_context* context, const wst_interface& interface) {
    constexpr unsigned count = 20;
    constexpr std::uint8_t tsconfig_get = 46; // since 6.14
    EthtoolNetlink ethtool;
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    compare(
        "supported capabilities: netlink TSINFO_GET", 1.15, count,
        [&] {
            for (unsigned i = 0; i < count; ++i)
                ethtool.ask(ETHTOOL_MSG_TSINFO_GET, interface.index);
        },
        [&] {
            for (unsigned i = 0; i < count; ++i)
                MUST(wst_capabilities_supported(context, interface.id, 0, &capabilities, nullptr));
        });
    compare(
        "active capabilities: netlink TSINFO_GET, TSCONFIG_GET", 1.15, count,
        [&] {
            for (unsigned i = 0; i < count; ++i) {
                ethtool.ask(ETHTOOL_MSG_TSINFO_GET, interface.index);
                ethtool.ask(tsconfig_get, interface.index);
            }
        },
        [&] {
            for (unsigned i = 0; i < count; ++i)
                MUST(wst_capabilities_active(context, interface.id, 0, &capabilities, nullptr));
        });
    if (interface.phc_index < 0) {
        std::printf("cross-timestamp: %s has no hardware clock; name an interface that has one\n",
                    interface.name);
        return;
    }
    const std::string path = "/dev/ptp" + std::to_string(interface.phc_index);
    const int clock = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    must(clock >= 0, path.c_str());
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    MUST(wst_cross_timestamp_get(context, interface.id, WST_CLOCK_REALTIME, 5, &cross, &error));
    compare(
        cross.method == WST_CROSS_PRECISE    ? "cross-timestamp: ioctl PTP_SYS_OFFSET_PRECISE"
        : cross.method == WST_CROSS_EXTENDED ? "cross-timestamp, best of 5: ioctl PTP_SYS_OFFSET_EXTENDED"
                                             : "cross-timestamp, best of 5: ioctl PTP_SYS_OFFSET",
        1.15, count,
        [&] {
            for (unsigned i = 0; i < count; ++i) {
                if (cross.method == WST_CROSS_PRECISE) {
                    ptp_sys_offset_precise reading{};
                    must(::ioctl(clock, PTP_SYS_OFFSET_PRECISE, &reading) == 0, "PTP_SYS_OFFSET_PRECISE");
                } else if (cross.method == WST_CROSS_EXTENDED) {
                    ptp_sys_offset_extended reading{};
                    reading.n_samples = 5;
                    must(::ioctl(clock, PTP_SYS_OFFSET_EXTENDED, &reading) == 0, "PTP_SYS_OFFSET_EXTENDED");
                } else {
                    ptp_sys_offset reading{};
                    reading.n_samples = 5;
                    must(::ioctl(clock, PTP_SYS_OFFSET, &reading) == 0, "PTP_SYS_OFFSET");
                }
            }
        },
        [&] {
            for (unsigned i = 0; i < count; ++i)
                MUST(wst_cross_timestamp_get(context, interface.id, WST_CLOCK_REALTIME, 5, &cross, nullptr));
        });
    ::close(clock);
}

} // namespace

int main(int argc, char** argv) {
    wst_context* context = nullptr;
    wst_interface interface = WST_INTERFACE_INIT;
    MUST(wst_context_create(nullptr, &context, &error));
    MUST(wst_interface_find(context, argc > 1 ? argv[1] : "lo", &interface, &error));
    std::printf("%-78s %12s %12s\n", "each call, medians", "system", "wirestamp");
    if (argc <= 2)
        packets(context);
    queries(context, interface);
    wst_context_close(context, nullptr);
    return 0;
}
