// SPDX-License-Identifier: Apache-2.0
//
// The library's table of PTP options, as help, completion and manual page show it.

#pragma once

#include <string>
#include <vector>

namespace command {

struct PtpOption {
    std::string name;
    std::string default_value;
    std::string allowed;
    std::string unit;
    std::string description;
};

const std::vector<PtpOption>& ptp_options();

/// The words it takes, if it takes a choice of words and not a number or text.
std::vector<std::string> words_of(const PtpOption& option);

} // namespace command
