/* SPDX-License-Identifier: Apache-2.0
 * What no PTP clock can do without at 128 messages a second: the system calls, with next to nothing between
 * them. It keeps no clock, filters nothing and checks nothing, so that its CPU time is what sending,
 * receiving and stamping cost by themselves.
 *
 *     bare_ptp master|slave INTERFACE BEATS COUNTER
 *
 * A slave takes packets and asks once in so many beats, for all of them; a master answers once in so many.
 * The number of messages sent and received stands in the file COUNTER, as 8 octets of the machine's own
 * order. Runs until it is ended. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { beats_a_second = 128, log_interval = -7, most = 16, largest = 128, control_room = 256 };
enum { sync_message = 0, delay_req = 1, follow_up = 8, delay_resp = 9, announce = 11 };
enum { event_port = 319, general_port = 320, tai_less_utc = 37 };

static const int64_t second = 1000000000;
static uint64_t* messages;
static uint8_t identity[10] = {0x02, 0, 0, 0xff, 0xfe, 0, 0, 0, 0, 1}; /* clockIdentity and portNumber 1 */
static struct sockaddr_in to_event, to_general;

static uint8_t in[most][largest], out[most][largest], controls[most][control_room];
static struct iovec in_pieces[most], out_pieces[most];
static struct mmsghdr ins[most], outs[most];

static void stop_if(int failed, const char* what) {
    if (failed) {
        perror(what);
        exit(1);
    }
}

static void set(int fd, int level, int option, const void* value, socklen_t size, const char* what) {
    stop_if(setsockopt(fd, level, option, value, size) != 0, what);
}

static int open_socket(const char* interface, int port, int stamped) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const int zero = 0, one = 1;
    const int stamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                       SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_ID;
    struct sockaddr_in local;
    struct ip_mreqn group;
    memset(&group, 0, sizeof group);
    group.imr_multiaddr = to_event.sin_addr;
    group.imr_ifindex = (int)if_nametoindex(interface);
    stop_if(fd < 0, "socket");
    set(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one, "SO_REUSEADDR"); /* as its neighbours */
    set(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface) + 1, "SO_BINDTODEVICE");
    set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &zero, sizeof zero, "IP_MULTICAST_LOOP");
    set(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group, "IP_MULTICAST_IF");
    set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group, "IP_ADD_MEMBERSHIP");
    if (stamped)
        set(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps, "SO_TIMESTAMPING");
    memset(&local, 0, sizeof local);
    local.sin_family = AF_INET;
    local.sin_port = htons((uint16_t)port);
    stop_if(bind(fd, (struct sockaddr*)&local, sizeof local) != 0, "bind");
    return fd;
}

static void sleep_until(int64_t moment) {
    struct timespec now, left;
    int64_t span;
    clock_gettime(CLOCK_MONOTONIC, &now);
    span = moment - (now.tv_sec * second + now.tv_nsec);
    if (span <= 0)
        return;
    left.tv_sec = span / second;
    left.tv_nsec = span % second;
    ppoll(NULL, 0, &left, NULL);
}

static int64_t stamp_of(struct msghdr* message) {
    struct cmsghdr* header;
    for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPING) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
            return stamp.tv_sec * second + stamp.tv_nsec;
        }
    return 0;
}

static void put(uint8_t* to, uint64_t value, int size) {
    while (size > 0) {
        to[--size] = (uint8_t)value;
        value >>= 8;
    }
}

static void put_time(uint8_t* to, int64_t utc) {
    put(to, (uint64_t)(utc / second + tai_less_utc), 6);
    put(to + 6, (uint64_t)(utc % second), 4);
}

static uint8_t* build(int slot, int type, int size, unsigned sequence, int interval) {
    uint8_t* const message = out[slot];
    memset(message, 0, (size_t)size);
    message[0] = (uint8_t)type;
    message[1] = 2;
    put(message + 2, (uint64_t)size, 2);
    message[6] = type == sync_message ? 2 : 0; /* twoStepFlag */
    memcpy(message + 20, identity, sizeof identity);
    put(message + 30, sequence, 2);
    message[33] = (uint8_t)interval;
    return message;
}

static void send_built(int fd, int count, struct sockaddr_in* to) {
    int i;
    for (i = 0; i < count; ++i) {
        out_pieces[i].iov_base = out[i];
        out_pieces[i].iov_len = out[i][3];
        memset(&outs[i].msg_hdr, 0, sizeof outs[i].msg_hdr);
        outs[i].msg_hdr.msg_name = to;
        outs[i].msg_hdr.msg_namelen = sizeof *to;
        outs[i].msg_hdr.msg_iov = &out_pieces[i];
        outs[i].msg_hdr.msg_iovlen = 1;
    }
    i = count == 1 ? (sendmsg(fd, &outs[0].msg_hdr, 0) >= 0 ? 1 : 0) : sendmmsg(fd, outs, (unsigned)count, 0);
    *messages += i > 0 ? (uint64_t)i : 0;
}

/* How many messages or, by MSG_ERRQUEUE, stamps came. */
static int take(int fd, int wanted, int flags) {
    int i;
    for (i = 0; i < wanted; ++i) {
        in_pieces[i].iov_base = in[i];
        in_pieces[i].iov_len = largest;
        memset(&ins[i].msg_hdr, 0, sizeof ins[i].msg_hdr);
        ins[i].msg_hdr.msg_iov = &in_pieces[i];
        ins[i].msg_hdr.msg_iovlen = 1;
        ins[i].msg_hdr.msg_control = controls[i];
        ins[i].msg_hdr.msg_controllen = control_room;
    }
    if (wanted == 1)
        i = recvmsg(fd, &ins[0].msg_hdr, flags | MSG_DONTWAIT) >= 0 ? 1 : 0;
    else
        i = recvmmsg(fd, ins, (unsigned)wanted, flags | MSG_DONTWAIT, NULL);
    if (i > 0 && !(flags & MSG_ERRQUEUE))
        *messages += (uint64_t)i;
    return i > 0 ? i : 0;
}

static void slave_beats(int event, int general, int beats) {
    static unsigned sequence;
    int i;
    take(event, most, 0);
    take(general, most, 0);
    for (i = 0; i < beats; ++i)
        build(i, delay_req, 44, sequence++, 0x7f);
    send_built(event, beats, &to_event);
    take(event, beats, MSG_ERRQUEUE);
}

static void send_announce(int general) {
    static unsigned sequence;
    uint8_t* const message = build(0, announce, 64, sequence++, 0);
    message[7] = 8; /* ptpTimescale */
    message[45] = tai_less_utc;
    message[47] = 100; /* priority1 */
    message[48] = 248; /* clockClass */
    message[49] = 0xfe;
    message[50] = message[51] = 0xff;
    message[52] = 128;
    memcpy(message + 53, identity, 8);
    message[63] = 0xa0;
    send_built(general, 1, &to_general);
    take(general, most, 0);
}

static void master_beat(int event, int general, int answers_now) {
    static unsigned sequence;
    int answers = 0, count, i;
    uint8_t* message;
    build(0, sync_message, 44, sequence, log_interval);
    send_built(event, 1, &to_event);
    if (take(event, 1, MSG_ERRQUEUE)) {
        message = build(0, follow_up, 44, sequence, log_interval);
        put_time(message + 34, stamp_of(&ins[0].msg_hdr));
        send_built(general, 1, &to_general);
    }
    if (sequence++ % beats_a_second == 0)
        send_announce(general);
    if (!answers_now)
        return;
    count = take(event, most, 0);
    for (i = 0; i < count; ++i) {
        if ((in[i][0] & 0x0f) != delay_req)
            continue;
        message = build(answers++, delay_resp, 54, (unsigned)(in[i][30] << 8 | in[i][31]), log_interval);
        put_time(message + 34, stamp_of(&ins[i].msg_hdr));
        memcpy(message + 44, in[i] + 20, sizeof identity);
    }
    if (answers > 0)
        send_built(general, answers, &to_general);
}

int main(int argc, char** argv) {
    int counter, event, general, beats, master, beat;
    struct timespec now;
    int64_t next;
    if (argc != 5)
        return 2;
    master = strcmp(argv[1], "master") == 0;
    beats = atoi(argv[3]);
    if (beats < 1 || beats > most)
        return 2;
    counter = open(argv[4], O_RDWR | O_CREAT, 0600);
    stop_if(counter < 0 || ftruncate(counter, sizeof *messages) != 0, argv[4]);
    messages = mmap(NULL, sizeof *messages, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
    stop_if(messages == MAP_FAILED, "mmap");
    identity[7] = (uint8_t)getpid();
    to_event.sin_family = AF_INET;
    to_event.sin_port = htons(event_port);
    to_event.sin_addr.s_addr = htonl(0xe0000181); /* 224.0.1.129 */
    to_general = to_event;
    to_general.sin_port = htons(general_port);
    event = open_socket(argv[2], event_port, 1);
    general = open_socket(argv[2], general_port, 0);
    clock_gettime(CLOCK_MONOTONIC, &now);
    next = now.tv_sec * second + now.tv_nsec;
    for (beat = 0;; ++beat) {
        next += second / beats_a_second * (master ? 1 : beats);
        sleep_until(next);
        if (master)
            master_beat(event, general, beat % beats == 0);
        else
            slave_beats(event, general, beats);
    }
}
