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

#include <utility>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#if defined(_WIN32)
#include <boost/asio/windows/object_handle.hpp>
#else
#include <boost/asio/posix/stream_descriptor.hpp>
#endif

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
