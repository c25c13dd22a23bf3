// SPDX-License-Identifier: Apache-2.0
//
// A network of the test's own: user and network namespace, lo up, and veth pairs on demand. Nothing of the
// host is touched.

#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/context.h"
#include "wirestamp/interface.h"
#include "wirestamp/socket.h"

namespace sandbox {

/// Why the tests cannot run here; empty: they can.
const std::string& missing();
/// A process that lives in another network namespace, to move interfaces to; 0: none.
int other_namespace();
/// Runs `ip ...`; whether it succeeded.
bool ip(const std::string& arguments);

/// What the executable's own sendmsg does to the library (see sandbox.cpp).
void refuse_stamp_ids(bool refuse);
/// How many transmit stamps were asked for by id.
std::uint64_t stamp_ids_seen();

inline boost::test_tools::assertion_result possible(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result result(missing().empty());
    result.message() << missing();
    return result;
}

/// The message behind a status, for the test's report.
struct Error {
    wst_error error = WST_ERROR_INIT;
    operator wst_error*() { return &error; }
};

inline void check(wst_status status, const wst_error& error, const char* what) {
    BOOST_REQUIRE_MESSAGE(status == WST_OK, what << ": " << wst_status_name(status) << ": " << error.message);
}
#define MUST(call)                              \
    do {                                        \
        wst_error error_ = WST_ERROR_INIT;      \
        wst_error* const error = &error_;       \
        const wst_status status_ = (call);      \
        sandbox::check(status_, error_, #call); \
    } while (false)

struct Context {
    explicit Context(std::uint32_t flags = 0) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        options.flags = flags;
        MUST(wst_context_create(&options, &context, error));
    }
    ~Context() {
        if (context)
            wst_context_close(context, nullptr);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    operator wst_context*() const { return context; }

    wst_interface find(const char* name) const {
        wst_interface interface = WST_INTERFACE_INIT;
        MUST(wst_interface_find(context, name, &interface, error));
        return interface;
    }

    wst_context* context = nullptr;
};

inline wst_address address(const char* text, std::uint16_t port = 0) {
    wst_address out;
    MUST(wst_address_parse(text, &out, error));
    if (port != 0)
        out.port = port;
    return out;
}

struct Socket {
    Socket(wst_context* context, const char* local, std::uint32_t stamps = WST_STAMPS_SOFTWARE,
           std::uint32_t flags = 0, std::uint32_t kept = 0) {
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        options.local = address(local);
        options.stamps = stamps;
        options.flags = flags;
        options.transmit_stamps_kept = kept;
        MUST(wst_socket_open(context, &options, &socket, error));
        MUST(wst_socket_local_address(socket, &self, error));
    }
    ~Socket() { wst_socket_close(socket, nullptr); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    operator wst_socket*() const { return socket; }
    wst_socket* release() { return std::exchange(socket, nullptr); }

    wst_status send(const wst_address& to, const void* data, std::uint32_t size, std::uint32_t flags = 0,
                    std::uint32_t id = 0, wst_error* error = nullptr) {
        wst_outgoing out = WST_OUTGOING_INIT;
        out.flags = flags;
        out.data = data;
        out.size = size;
        out.id = id;
        out.destination = to;
        return wst_socket_send(socket, &out, error);
    }

    wst_socket* socket = nullptr;
    wst_address self{};
};

/// A datagram with room of its own.
struct Datagram {
    Datagram() { reset(); }
    void reset() {
        datagram = {};
        datagram.struct_size = sizeof datagram;
        datagram.data = buffer;
        datagram.capacity = sizeof buffer;
    }
    unsigned char buffer[2048];
    wst_datagram datagram;
};

inline std::int64_t realtime(wst_context* context) {
    std::int64_t now = 0;
    MUST(wst_clock_read(context, WST_CLOCK_REALTIME, 0, &now, error));
    return now;
}

constexpr std::int64_t second = 1'000'000'000;

} // namespace sandbox
