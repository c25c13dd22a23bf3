// SPDX-License-Identifier: Apache-2.0
//
// Between the command and its metrics module: plain C, because the two may carry different C++ runtimes.

#pragma once

#include "wirestamp/ptp.h"

extern "C" {
/// Serves http://ADDRESS/metrics until closed. NULL if it cannot listen there. `port` is set to the one it
/// got.
__attribute__((visibility("default"))) void* wirestamp_metrics_open(const char* address, wst_ptp* ptp,
                                                                    int* port);
__attribute__((visibility("default"))) void wirestamp_metrics_close(void* server);
}
