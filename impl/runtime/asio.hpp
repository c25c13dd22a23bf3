// SPDX-License-Identifier: Apache-2.0
//
// The only door to Boost.Asio. Boost 1.74 uses std::exchange in C++20 without including what declares it, and
// Asio otherwise gives its symbols default visibility, which would pin this library's copy on every other
// user of Asio in the process.

#pragma once

#ifndef BOOST_ASIO_DISABLE_VISIBILITY
#define BOOST_ASIO_DISABLE_VISIBILITY
#endif
#ifndef BOOST_ASIO_NO_DEPRECATED
#define BOOST_ASIO_NO_DEPRECATED
#endif
// The thread sanitizer knows Asio's locks but not its fences.
#if defined(__SANITIZE_THREAD__) && !defined(BOOST_ASIO_DISABLE_FENCED_BLOCK)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <utility>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#if defined(_WIN32)
#include <boost/asio/windows/basic_object_handle.hpp>
#else
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#endif

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <chrono>

namespace wirestamp::runtime {

// With the executor known, Asio need not erase its type: smaller, and no allocation of its own for a
// completion.
using AsioExecutor = boost::asio::io_context::executor_type;
using AsioTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, AsioExecutor>;
#if defined(_WIN32)
using AsioEvent = boost::asio::windows::basic_object_handle<AsioExecutor>;
#else
using AsioDescriptor = boost::asio::posix::basic_stream_descriptor<AsioExecutor>;
#endif

} // namespace wirestamp::runtime
