// SPDX-License-Identifier: Apache-2.0
/**
 * @file wirestamp.hpp
 * @brief The C interface for C++17: objects that close themselves, exceptions, functions as callbacks, values with defaults.
 * Header-only: nothing of C++ crosses into the library, so any compiler and standard library will do.
 *
 *     wirestamp::Context context;
 *     for (const wirestamp::Interface &found : context.interfaces())
 *         std::cout << found.name << ": " << wst_ptp_support_name(wirestamp::ptp_support(
 *             context.supported_capabilities(found.id)).both) << '\n';
 *
 * The documentation of what each call does is that of the C function it is named after (context.h and so on). Structures that
 * carry data (wst_event, wst_interface, …) are used as they are, or as the values of the same name that begin with defaults.
 *
 * Errors come as wirestamp::Error, except from what may not throw (destructors, functions named try_...) and where not having
 * anything is ordinary: then the result is empty (std::optional) or false. What was made in a context is closed when the context
 * is; using it then is WST_E_CLOSED. An object may be used by several threads at once, but, as any C++ object, not while it
 * is moved, closed or destroyed.
 */
#ifndef WIRESTAMP_WIRESTAMP_HPP
#define WIRESTAMP_WIRESTAMP_HPP

#include "wirestamp/cpp/clock.hpp"
#include "wirestamp/cpp/context.hpp"
#include "wirestamp/cpp/error.hpp"
#include "wirestamp/cpp/ptp.hpp"
#include "wirestamp/cpp/simulation.hpp"
#include "wirestamp/cpp/socket.hpp"
#include "wirestamp/cpp/values.hpp"
#include "wirestamp/wirestamp.h"

#endif
