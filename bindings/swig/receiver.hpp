// SPDX-License-Identifier: Apache-2.0
//
// Callbacks for languages whose functions C cannot call: a class that SWIG makes overridable there
// ("director"), and the C functions that lead to it. An event is copied to memory that the receiver was given
// once, so that delivering one makes no object.
#pragma once

#include <cstdint>
#include <cstring>

#include "wirestamp/context.h"

namespace wirestamp::swig {

/// Give event_function(), the receiver's address and release_function() to wst_subscribe or wst_watch. From
/// then on the receiver belongs to the subscription: release deletes it, which lets go of the object of the
/// other language.
class EventReceiver {
public:
    /// @param buffer 512 bytes, valid as long as the receiver
    explicit EventReceiver(void* buffer) : buffer_(buffer) {}
    EventReceiver(const EventReceiver&) = delete;
    EventReceiver& operator=(const EventReceiver&) = delete;
    virtual ~EventReceiver() = default;

    /// An event is in the buffer. Nothing may be thrown.
    virtual void take() = 0;

    static void* event_function() noexcept { return reinterpret_cast<void*>(&deliver); }
    static void* release_function() noexcept { return reinterpret_cast<void*>(&release); }

private:
    static void WST_CALL deliver(void* user, const wst_event* event) noexcept {
        auto* receiver = static_cast<EventReceiver*>(user);
        std::memcpy(receiver->buffer_, event, sizeof *event);
        receiver->take();
    }
    static void WST_CALL release(void* user) noexcept { delete static_cast<EventReceiver*>(user); }

    void* buffer_;
};

/// Give log_function() and the receiver's address to wst_context_create, and delete it after the context was
/// closed.
class LogReceiver {
public:
    LogReceiver() = default;
    LogReceiver(const LogReceiver&) = delete;
    LogReceiver& operator=(const LogReceiver&) = delete;
    virtual ~LogReceiver() = default;

    /// Any thread. Nothing may be thrown.
    virtual void line(std::int32_t level, const char* text) = 0;

    static void* log_function() noexcept { return reinterpret_cast<void*>(&log); }

private:
    static void WST_CALL log(void* user, std::int32_t level, const char* text) noexcept {
        static_cast<LogReceiver*>(user)->line(level, text);
    }
};

} // namespace wirestamp::swig
