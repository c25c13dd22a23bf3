// SPDX-License-Identifier: Apache-2.0
//
// The management structures that are both asked for and pushed, filled from the data sets.

#pragma once

#include "impl/ptp/wire/management_data.hpp"
#include "impl/ptp/wire/management_linuxptp.hpp"

namespace wirestamp::ptp {

class Clock;
class Port;

management::PortDataSet port_data_set(const Port& port) noexcept;
management::ParentDataSet parent_data_set(const Clock& clock) noexcept;
management::TimeStatusNp time_status(const Clock& clock) noexcept;
management::CmldsInfoNp link_delay_info(const Port& port) noexcept;

} // namespace wirestamp::ptp
