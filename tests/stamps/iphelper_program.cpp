// SPDX-License-Identifier: Apache-2.0
// The same program as C++.
#include "iphelper_program.c"

static_assert(sizeof(INTERFACE_TIMESTAMP_CAPABILITIES) == 24);
static_assert(offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, HardwareCapabilities.TaggedTransmit) == 19);
static_assert(offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, SoftwareCapabilities.TaggedTransmit) == 22);
static_assert(offsetof(INTERFACE_HARDWARE_CROSSTIMESTAMP, SystemTimestamp2) == 16);
