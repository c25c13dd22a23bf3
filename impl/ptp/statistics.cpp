// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/statistics.hpp"

namespace wirestamp::ptp {

std::string_view name(Discard reason) noexcept {
    static constexpr std::array<std::string_view, discard_count> names = {"other_domain",
                                                                          "other_sdo",
                                                                          "own_message",
                                                                          "duplicate_identity",
                                                                          "wrong_channel",
                                                                          "wrong_state",
                                                                          "not_from_parent",
                                                                          "not_for_us",
                                                                          "unknown_sequence",
                                                                          "stale_sequence",
                                                                          "origin_timestamp_jump",
                                                                          "timestamp_unusable",
                                                                          "alternate_master",
                                                                          "steps_removed",
                                                                          "path_loop",
                                                                          "clock_class",
                                                                          "not_acceptable",
                                                                          "table_full",
                                                                          "not_as_capable",
                                                                          "receive_stamp_missing",
                                                                          "delay_mechanism",
                                                                          "management_refused",
                                                                          "unicast_refused",
                                                                          "unknown_tlv"};
    const auto index = static_cast<std::size_t>(reason);
    return index < names.size() ? names[index] : std::string_view("unknown");
}

} // namespace wirestamp::ptp
