// SPDX-License-Identifier: Apache-2.0
//
// In steady state no packet costs memory from the heap: every malloc of the process is counted, the library's
// own included (its C++ runtime is linked into it, and ends in the C library's malloc like all others).

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "wirestamp/socket.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)

int main() {
    std::puts("skip allocations # a sanitizer has its own malloc");
    return 0;
}

#else

namespace {
std::atomic<std::uint64_t> allocations{0};
}

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* malloc(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(memory, size);
}
}

namespace {

int failures = 0;
constexpr std::uint32_t batch_size = 32;
constexpr std::int64_t second = 1'000'000'000;

void must(wst_status status, const wst_error& error) {
    if (status == WST_OK)
        return;
    std::printf("not ok allocations: %s\n", error.message);
    std::exit(1);
}

void expect_none(const char* what, std::uint64_t before) {
    const std::uint64_t made = allocations - before;
    if (made == 0)
        std::printf("ok no_allocation_%s\n", what);
    else
        std::printf("not ok no_allocation_%s: %llu allocations\n", what,
                    static_cast<unsigned long long>(made));
    failures += made == 0 ? 0 : 1;
}

struct Bench {
    wst_error error = WST_ERROR_INIT;
    wst_context* context = nullptr;
    wst_socket* socket = nullptr;
    wst_address self{};
    unsigned char buffers[batch_size][64];
    wst_outgoing out[batch_size];
    wst_datagram in[batch_size];
    wst_transmit_stamp stamps[batch_size];
    std::uint32_t next_id = 0;

    Bench() {
        must(wst_context_create(nullptr, &context, &error), error);
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        must(wst_address_parse("127.0.0.1", &options.local, &error), error);
        must(wst_socket_open(context, &options, &socket, &error), error);
        must(wst_socket_local_address(socket, &self, &error), error);
        for (std::uint32_t i = 0; i < batch_size; ++i) {
            out[i] = WST_OUTGOING_INIT;
            out[i].data = "a datagram";
            out[i].size = 10;
            out[i].flags = WST_OUTGOING_STAMP;
            out[i].destination = self;
        }
    }
    ~Bench() { wst_context_close(context, nullptr); }

    void one() {
        out[0].id = next_id++;
        must(wst_socket_send(socket, &out[0], &error), error);
        prepare(0);
        must(wst_socket_receive(socket, &in[0], 10 * second, &error), error);
        stamps[0] = WST_TRANSMIT_STAMP_INIT;
        must(wst_socket_transmit_stamp(socket, out[0].id, 10 * second, &stamps[0], &error), error);
    }
    void batch() {
        std::uint32_t count = 0;
        for (std::uint32_t i = 0; i < batch_size; ++i) {
            out[i].id = next_id++;
            prepare(i);
            stamps[i] = WST_TRANSMIT_STAMP_INIT;
        }
        must(wst_socket_send_batch(socket, out, batch_size, &count, &error), error);
        for (std::uint32_t all = 0; all < batch_size; all += count)
            must(wst_socket_receive_batch(socket, in + all, batch_size - all, second, &count, &error), error);
        for (std::uint32_t all = 0; all < batch_size; all += count)
            must(wst_socket_transmit_stamps(socket, stamps + all, batch_size - all, second, &count, &error),
                 error);
    }
    void prepare(std::uint32_t index) {
        in[index].struct_size = sizeof(wst_datagram);
        in[index].data = buffers[index];
        in[index].capacity = sizeof buffers[index];
    }
};

} // namespace

int main() {
    Bench bench;
    for (int i = 0; i < 100; ++i) { // the first calls may learn an interface's name
        bench.one();
        bench.batch();
    }
    bench.prepare(0); // and the first wait makes what it sleeps on
    wst_socket_receive(bench.socket, &bench.in[0], 100'000, nullptr);
    std::uint64_t before = allocations;
    for (int i = 0; i < 10'000; ++i)
        bench.one();
    expect_none("one_by_one", before);
    before = allocations;
    for (int i = 0; i < 1000; ++i)
        bench.batch();
    expect_none("in_batches", before);
    before = allocations;
    for (int i = 0; i < 100; ++i) {
        bench.prepare(0);
        wst_socket_receive(bench.socket, &bench.in[0], 100'000, nullptr);
    }
    expect_none("waiting", before);
    return failures != 0;
}

#endif
