// SPDX-License-Identifier: Apache-2.0
//
// What every handle of the C interface other than the context points to.

#pragma once

namespace wirestamp::runtime {

class Context;

class Object {
public:
    explicit Object(Context& context) : context_(context) {}
    virtual ~Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    Context& context() const noexcept { return context_; }
    bool closed() const noexcept { return closed_; }

protected:
    /// Ends what the object does in the world: timers, watches, sockets. With the mutex held; the memory may
    /// live on until those who wait in the object have left it, so the rest belongs into the destructor.
    virtual void close() noexcept {}

private:
    friend class Context;
    Context& context_;
    bool closed_ = false;
    int inside_ = 0; // threads in Context::wait for this object
};

} // namespace wirestamp::runtime
