// SPDX-License-Identifier: Apache-2.0
//
// Numbers of the kernel's interface that the headers of an older distribution lack. The library is built once
// and meets kernels from 4.19 on at run time, so what exists is found by asking, never by these headers.

#pragma once

#include <sys/socket.h>

#include <cstdint>

namespace wirestamp::platform::gnu_linux::kernel {

// Documentation/networking/timestamping.rst, include/uapi/linux/net_tstamp.h
inline constexpr std::uint32_t tx_hardware = 1u << 0;
inline constexpr std::uint32_t tx_software = 1u << 1;
inline constexpr std::uint32_t rx_hardware = 1u << 2;
inline constexpr std::uint32_t rx_software = 1u << 3;
inline constexpr std::uint32_t software = 1u << 4;
inline constexpr std::uint32_t raw_hardware = 1u << 6;
inline constexpr std::uint32_t opt_id = 1u << 7;
inline constexpr std::uint32_t opt_tsonly = 1u << 11;
inline constexpr std::uint32_t opt_tx_swhw = 1u << 14;
inline constexpr std::uint32_t bind_phc = 1u << 15; // since 5.14
inline constexpr std::uint32_t opt_rx_filter = 1u << 17;

#if defined(SO_TIMESTAMPING_OLD)
inline constexpr int so_timestamping_old = SO_TIMESTAMPING_OLD;
#else
inline constexpr int so_timestamping_old = SO_TIMESTAMPING;
#endif
#if defined(SO_TIMESTAMPING_NEW)
inline constexpr int so_timestamping_new = SO_TIMESTAMPING_NEW;
#elif defined(__sparc__)
inline constexpr int so_timestamping_new = 0x0043;
#elif defined(__hppa__)
inline constexpr int so_timestamping_new = 0x4043;
#else
inline constexpr int so_timestamping_new = 65;
#endif
#if defined(SCM_TS_OPT_ID)
inline constexpr int scm_ts_opt_id = SCM_TS_OPT_ID;
#elif defined(__sparc__)
inline constexpr int scm_ts_opt_id = 0x005a;
#elif defined(__hppa__)
inline constexpr int scm_ts_opt_id = 0x404c;
#else
inline constexpr int scm_ts_opt_id = 81;
#endif

inline constexpr std::uint8_t error_origin_timestamping = 4;
inline constexpr int ipv6_multicast_all = 29; // since 4.20

inline constexpr int tx_off = 0;
inline constexpr int tx_on = 1;
inline constexpr int tx_onestep_sync = 2;
inline constexpr int tx_onestep_p2p = 3;

inline constexpr int filter_none = 0;
inline constexpr int filter_all = 1;
inline constexpr int filter_some = 2;
inline constexpr int filter_v2_l4_event = 6;
inline constexpr int filter_v2_event = 12;

inline constexpr unsigned bonded_phc_index = 1; // HWTSTAMP_FLAG_BONDED_PHC_INDEX

} // namespace wirestamp::platform::gnu_linux::kernel
