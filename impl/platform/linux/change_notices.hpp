// SPDX-License-Identifier: Apache-2.0
//
// What rtnetlink and kernel uevents say unasked. There is no notice of time stamp settings; those who care
// compare (kernel: ETHTOOL_MSG_TSCONFIG_NTF does not exist).

#pragma once

#include "impl/platform/change_source.hpp"
#include "impl/platform/linux/netlink.hpp"

namespace wirestamp::platform::gnu_linux {

/// Null where netlink is refused.
std::unique_ptr<ChangeSource> open_change_notices(SystemCalls& system);

/// The notices in one datagram; for tests apart from the socket.
void read_route_notices(Bytes datagram, std::vector<ChangeNotice>& out);
void read_uevent(Bytes datagram, std::vector<ChangeNotice>& out);

} // namespace wirestamp::platform::gnu_linux
