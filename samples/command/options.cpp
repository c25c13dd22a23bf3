// SPDX-License-Identifier: Apache-2.0

#include "options.hpp"

#include <algorithm>
#include <cstdint>

#include "wirestamp/wirestamp.h"

namespace command {

const std::vector<PtpOption>& ptp_options() {
    static const std::vector<PtpOption> all = [] {
        std::vector<PtpOption> rows;
        wst_ptp_option row = WST_PTP_OPTION_INIT;
        for (std::uint32_t i = 0; wst_ptp_option_at(i, &row, nullptr) == WST_OK; ++i) {
            rows.push_back({row.name, row.default_value, row.allowed, row.unit, row.description});
            row.struct_size = sizeof(row);
        }
        return rows;
    }();
    return all;
}

std::vector<std::string> words_of(const PtpOption& option) {
    if (option.allowed == "0 or 1")
        return {"0", "1"};
    std::vector<std::string> words;
    for (std::size_t at = 0; at < option.allowed.size();) {
        const std::size_t end = std::min(option.allowed.find(", ", at), option.allowed.size());
        words.push_back(option.allowed.substr(at, end - at));
        if (words.back().find(' ') != std::string::npos) // a sentence about numbers or text
            return {};
        at = end + 2;
    }
    return words.size() < 2 ? std::vector<std::string>{} : words;
}

} // namespace command
