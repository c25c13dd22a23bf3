// SPDX-License-Identifier: Apache-2.0
//
// Memory for the operations that Asio keeps while it waits. Asio itself recycles one block a thread, which a
// loop with several sockets and a timer outgrows; here a block that was once needed is kept, so that a loop
// in its steady state never asks the heap.

#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

namespace wirestamp::runtime {

class HandlerPool {
public:
    HandlerPool() = default;
    HandlerPool(const HandlerPool&) = delete;
    HandlerPool& operator=(const HandlerPool&) = delete;
    ~HandlerPool() {
        while (free_)
            ::operator delete(std::exchange(free_, free_->next));
    }

    void* take(std::size_t size) {
        if (size > block_size)
            return ::operator new(size);
        {
            const std::lock_guard lock(mutex_);
            if (free_)
                return std::exchange(free_, free_->next);
        }
        return ::operator new(block_size);
    }

    void give(void* memory, std::size_t size) noexcept {
        if (size > block_size) {
            ::operator delete(memory);
            return;
        }
        const std::lock_guard lock(mutex_);
        free_ = ::new (memory) Block{free_};
    }

    static constexpr std::size_t block_size = 256;

private:
    struct Block {
        Block* next;
    };
    std::mutex mutex_;
    Block* free_ = nullptr;
};

template <class T>
class PoolAllocator {
public:
    using value_type = T;
    explicit PoolAllocator(HandlerPool& pool) noexcept : pool_(&pool) {}
    template <class U>
    PoolAllocator(const PoolAllocator<U>& other) noexcept : pool_(other.pool()) {}

    T* allocate(std::size_t n) { return static_cast<T*>(pool_->take(n * sizeof(T))); }
    void deallocate(T* memory, std::size_t n) noexcept { pool_->give(memory, n * sizeof(T)); }
    HandlerPool* pool() const noexcept { return pool_; }

    template <class U>
    friend bool operator==(const PoolAllocator& a, const PoolAllocator<U>& b) noexcept {
        return a.pool() == b.pool();
    }

private:
    HandlerPool* pool_;
};

/// A handler that tells Asio where to keep it.
template <class F>
class PooledHandler {
public:
    using allocator_type = PoolAllocator<void*>;
    PooledHandler(HandlerPool& pool, F function) : pool_(&pool), function_(std::move(function)) {}
    allocator_type get_allocator() const noexcept { return allocator_type(*pool_); }
    template <class... A>
    void operator()(A&&... arguments) {
        function_(std::forward<A>(arguments)...);
    }

private:
    HandlerPool* pool_;
    F function_;
};

} // namespace wirestamp::runtime
