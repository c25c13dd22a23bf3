// SPDX-License-Identifier: Apache-2.0
//
// PTP profiles as named sets of option values. A profile only moves defaults: what the user sets by name
// prevails over it.

#pragma once

#include <span>
#include <string_view>

namespace wirestamp::ptp {

struct ProfileSetting {
    std::string_view option;
    std::string_view value;
};

struct Profile {
    std::string_view name;
    std::string_view standard;
    std::string_view identity; // profileIdentity of CLOCK_DESCRIPTION
    std::string_view description;
    std::span<const ProfileSetting> settings;
};

std::span<const Profile> profiles() noexcept;
/// Without regard to case; nullptr if there is none.
const Profile* find_profile(std::string_view name) noexcept;
/// All names, for messages. Static storage.
std::string_view profile_names() noexcept;

} // namespace wirestamp::ptp
