/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file wirestamp.h
 * @brief The whole C interface of Wirestamp. C++ programs may include wirestamp.hpp instead.
 */
#ifndef WIRESTAMP_WIRESTAMP_H
#define WIRESTAMP_WIRESTAMP_H

#include "wirestamp/base.h"
#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/context.h"
#include "wirestamp/interface.h"
#include "wirestamp/ptp.h"
#include "wirestamp/simulation.h"
#include "wirestamp/socket.h"

#endif
