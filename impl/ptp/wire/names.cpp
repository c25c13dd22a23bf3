// SPDX-License-Identifier: Apache-2.0
//
// The standard's spelling of the enumerations, for logs, events and the command's output.

#include "impl/ptp/wire/message.hpp"
#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

std::string_view name(MessageType type) noexcept {
    switch (type) {
        case MessageType::sync:
            return "Sync";
        case MessageType::delay_req:
            return "Delay_Req";
        case MessageType::pdelay_req:
            return "Pdelay_Req";
        case MessageType::pdelay_resp:
            return "Pdelay_Resp";
        case MessageType::follow_up:
            return "Follow_Up";
        case MessageType::delay_resp:
            return "Delay_Resp";
        case MessageType::pdelay_resp_follow_up:
            return "Pdelay_Resp_Follow_Up";
        case MessageType::announce:
            return "Announce";
        case MessageType::signaling:
            return "Signaling";
        case MessageType::management:
            return "Management";
    }
    return "UNKNOWN";
}

std::string_view name(PortState state) noexcept {
    switch (state) {
        case PortState::initializing:
            return "INITIALIZING";
        case PortState::faulty:
            return "FAULTY";
        case PortState::disabled:
            return "DISABLED";
        case PortState::listening:
            return "LISTENING";
        case PortState::pre_master:
            return "PRE_MASTER";
        case PortState::master:
            return "MASTER";
        case PortState::passive:
            return "PASSIVE";
        case PortState::uncalibrated:
            return "UNCALIBRATED";
        case PortState::slave:
            return "SLAVE";
    }
    return "UNKNOWN";
}

std::string_view name(TimeSource source) noexcept {
    switch (source) {
        case TimeSource::atomic_clock:
            return "ATOMIC_CLOCK";
        case TimeSource::gnss:
            return "GNSS";
        case TimeSource::terrestrial_radio:
            return "TERRESTRIAL_RADIO";
        case TimeSource::serial_time_code:
            return "SERIAL_TIME_CODE";
        case TimeSource::ptp:
            return "PTP";
        case TimeSource::ntp:
            return "NTP";
        case TimeSource::hand_set:
            return "HAND_SET";
        case TimeSource::other:
            return "OTHER";
        case TimeSource::internal_oscillator:
            return "INTERNAL_OSCILLATOR";
    }
    return "UNKNOWN";
}

std::string_view name(DelayMechanism mechanism) noexcept {
    switch (mechanism) {
        case DelayMechanism::e2e:
            return "E2E";
        case DelayMechanism::p2p:
            return "P2P";
        case DelayMechanism::common_p2p:
            return "COMMON_P2P";
        case DelayMechanism::special:
            return "SPECIAL";
        case DelayMechanism::none:
            return "NO_MECHANISM";
    }
    return "UNKNOWN";
}

std::string_view name(TlvType type) noexcept {
    switch (type) {
        case TlvType::management:
            return "MANAGEMENT";
        case TlvType::management_error_status:
            return "MANAGEMENT_ERROR_STATUS";
        case TlvType::organization_extension:
            return "ORGANIZATION_EXTENSION";
        case TlvType::request_unicast_transmission:
            return "REQUEST_UNICAST_TRANSMISSION";
        case TlvType::grant_unicast_transmission:
            return "GRANT_UNICAST_TRANSMISSION";
        case TlvType::cancel_unicast_transmission:
            return "CANCEL_UNICAST_TRANSMISSION";
        case TlvType::acknowledge_cancel_unicast_transmission:
            return "ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION";
        case TlvType::path_trace:
            return "PATH_TRACE";
        case TlvType::alternate_time_offset_indicator:
            return "ALTERNATE_TIME_OFFSET_INDICATOR";
        case TlvType::organization_extension_propagate:
            return "ORGANIZATION_EXTENSION_PROPAGATE";
        case TlvType::enhanced_accuracy_metrics:
            return "ENHANCED_ACCURACY_METRICS";
        case TlvType::organization_extension_do_not_propagate:
            return "ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE";
        case TlvType::l1_sync:
            return "L1_SYNC";
        case TlvType::port_communication_availability:
            return "PORT_COMMUNICATION_AVAILABILITY";
        case TlvType::protocol_address:
            return "PROTOCOL_ADDRESS";
        case TlvType::slave_rx_sync_timing_data:
            return "SLAVE_RX_SYNC_TIMING_DATA";
        case TlvType::slave_rx_sync_computed_data:
            return "SLAVE_RX_SYNC_COMPUTED_DATA";
        case TlvType::slave_tx_event_timestamps:
            return "SLAVE_TX_EVENT_TIMESTAMPS";
        case TlvType::cumulative_rate_ratio:
            return "CUMULATIVE_RATE_RATIO";
        case TlvType::pad:
            return "PAD";
        case TlvType::authentication:
            return "AUTHENTICATION";
    }
    return "UNKNOWN";
}

std::string_view name(ManagementId id) noexcept {
    switch (id) {
        case ManagementId::null_management:
            return "NULL_MANAGEMENT";
        case ManagementId::clock_description:
            return "CLOCK_DESCRIPTION";
        case ManagementId::user_description:
            return "USER_DESCRIPTION";
        case ManagementId::save_in_non_volatile_storage:
            return "SAVE_IN_NON_VOLATILE_STORAGE";
        case ManagementId::reset_non_volatile_storage:
            return "RESET_NON_VOLATILE_STORAGE";
        case ManagementId::initialize:
            return "INITIALIZE";
        case ManagementId::fault_log:
            return "FAULT_LOG";
        case ManagementId::fault_log_reset:
            return "FAULT_LOG_RESET";
        case ManagementId::default_data_set:
            return "DEFAULT_DATA_SET";
        case ManagementId::current_data_set:
            return "CURRENT_DATA_SET";
        case ManagementId::parent_data_set:
            return "PARENT_DATA_SET";
        case ManagementId::time_properties_data_set:
            return "TIME_PROPERTIES_DATA_SET";
        case ManagementId::port_data_set:
            return "PORT_DATA_SET";
        case ManagementId::priority1:
            return "PRIORITY1";
        case ManagementId::priority2:
            return "PRIORITY2";
        case ManagementId::domain:
            return "DOMAIN";
        case ManagementId::slave_only:
            return "SLAVE_ONLY";
        case ManagementId::log_announce_interval:
            return "LOG_ANNOUNCE_INTERVAL";
        case ManagementId::announce_receipt_timeout:
            return "ANNOUNCE_RECEIPT_TIMEOUT";
        case ManagementId::log_sync_interval:
            return "LOG_SYNC_INTERVAL";
        case ManagementId::version_number:
            return "VERSION_NUMBER";
        case ManagementId::enable_port:
            return "ENABLE_PORT";
        case ManagementId::disable_port:
            return "DISABLE_PORT";
        case ManagementId::time:
            return "TIME";
        case ManagementId::clock_accuracy:
            return "CLOCK_ACCURACY";
        case ManagementId::utc_properties:
            return "UTC_PROPERTIES";
        case ManagementId::traceability_properties:
            return "TRACEABILITY_PROPERTIES";
        case ManagementId::timescale_properties:
            return "TIMESCALE_PROPERTIES";
        case ManagementId::unicast_negotiation_enable:
            return "UNICAST_NEGOTIATION_ENABLE";
        case ManagementId::path_trace_list:
            return "PATH_TRACE_LIST";
        case ManagementId::path_trace_enable:
            return "PATH_TRACE_ENABLE";
        case ManagementId::grandmaster_cluster_table:
            return "GRANDMASTER_CLUSTER_TABLE";
        case ManagementId::unicast_master_table:
            return "UNICAST_MASTER_TABLE";
        case ManagementId::unicast_master_max_table_size:
            return "UNICAST_MASTER_MAX_TABLE_SIZE";
        case ManagementId::acceptable_master_table:
            return "ACCEPTABLE_MASTER_TABLE";
        case ManagementId::acceptable_master_table_enabled:
            return "ACCEPTABLE_MASTER_TABLE_ENABLED";
        case ManagementId::acceptable_master_max_table_size:
            return "ACCEPTABLE_MASTER_MAX_TABLE_SIZE";
        case ManagementId::alternate_master:
            return "ALTERNATE_MASTER";
        case ManagementId::alternate_time_offset_enable:
            return "ALTERNATE_TIME_OFFSET_ENABLE";
        case ManagementId::alternate_time_offset_name:
            return "ALTERNATE_TIME_OFFSET_NAME";
        case ManagementId::alternate_time_offset_max_key:
            return "ALTERNATE_TIME_OFFSET_MAX_KEY";
        case ManagementId::alternate_time_offset_properties:
            return "ALTERNATE_TIME_OFFSET_PROPERTIES";
        case ManagementId::external_port_configuration_enabled:
            return "EXTERNAL_PORT_CONFIGURATION_ENABLED";
        case ManagementId::master_only:
            return "MASTER_ONLY";
        case ManagementId::holdover_upgrade_enable:
            return "HOLDOVER_UPGRADE_ENABLE";
        case ManagementId::ext_port_config_port_data_set:
            return "EXT_PORT_CONFIG_PORT_DATA_SET";
        case ManagementId::transparent_clock_default_data_set:
            return "TRANSPARENT_CLOCK_DEFAULT_DATA_SET";
        case ManagementId::transparent_clock_port_data_set:
            return "TRANSPARENT_CLOCK_PORT_DATA_SET";
        case ManagementId::primary_domain:
            return "PRIMARY_DOMAIN";
        case ManagementId::delay_mechanism:
            return "DELAY_MECHANISM";
        case ManagementId::log_min_pdelay_req_interval:
            return "LOG_MIN_PDELAY_REQ_INTERVAL";
        case ManagementId::time_status_np:
            return "TIME_STATUS_NP";
        case ManagementId::grandmaster_settings_np:
            return "GRANDMASTER_SETTINGS_NP";
        case ManagementId::port_data_set_np:
            return "PORT_DATA_SET_NP";
        case ManagementId::subscribe_events_np:
            return "SUBSCRIBE_EVENTS_NP";
        case ManagementId::port_properties_np:
            return "PORT_PROPERTIES_NP";
        case ManagementId::port_stats_np:
            return "PORT_STATS_NP";
        case ManagementId::synchronization_uncertain_np:
            return "SYNCHRONIZATION_UNCERTAIN_NP";
        case ManagementId::port_service_stats_np:
            return "PORT_SERVICE_STATS_NP";
        case ManagementId::unicast_master_table_np:
            return "UNICAST_MASTER_TABLE_NP";
        case ManagementId::port_hwclock_np:
            return "PORT_HWCLOCK_NP";
        case ManagementId::power_profile_settings_np:
            return "POWER_PROFILE_SETTINGS_NP";
        case ManagementId::cmlds_info_np:
            return "CMLDS_INFO_NP";
        case ManagementId::port_corrections_np:
            return "PORT_CORRECTIONS_NP";
        case ManagementId::external_grandmaster_properties_np:
            return "EXTERNAL_GRANDMASTER_PROPERTIES_NP";
    }
    return "UNKNOWN";
}

std::string_view name(ManagementAction action) noexcept {
    switch (action) {
        case ManagementAction::get:
            return "GET";
        case ManagementAction::set:
            return "SET";
        case ManagementAction::response:
            return "RESPONSE";
        case ManagementAction::command:
            return "COMMAND";
        case ManagementAction::acknowledge:
            return "ACKNOWLEDGE";
    }
    return "UNKNOWN";
}

std::string_view name(ManagementErrorId id) noexcept {
    switch (id) {
        case ManagementErrorId::response_too_big:
            return "RESPONSE_TOO_BIG";
        case ManagementErrorId::no_such_id:
            return "NO_SUCH_ID";
        case ManagementErrorId::wrong_length:
            return "WRONG_LENGTH";
        case ManagementErrorId::wrong_value:
            return "WRONG_VALUE";
        case ManagementErrorId::not_setable:
            return "NOT_SETABLE";
        case ManagementErrorId::not_supported:
            return "NOT_SUPPORTED";
        case ManagementErrorId::unpopulated:
            return "UNPOPULATED";
        case ManagementErrorId::general_error:
            return "GENERAL_ERROR";
    }
    return "UNKNOWN";
}

std::string_view name(ParseError error) noexcept {
    switch (error) {
        case ParseError::none:
            return "none";
        case ParseError::datagram_too_short:
            return "datagram_too_short";
        case ParseError::unsupported_version:
            return "unsupported_version";
        case ParseError::unknown_message_type:
            return "unknown_message_type";
        case ParseError::message_length_exceeds_datagram:
            return "message_length_exceeds_datagram";
        case ParseError::message_length_too_short:
            return "message_length_too_short";
        case ParseError::timestamp_out_of_range:
            return "timestamp_out_of_range";
        case ParseError::tlv_truncated:
            return "tlv_truncated";
        case ParseError::tlv_odd_length:
            return "tlv_odd_length";
        case ParseError::tlv_too_short:
            return "tlv_too_short";
        case ParseError::tlv_invalid_value:
            return "tlv_invalid_value";
        case ParseError::tlv_unexpected_type:
            return "tlv_unexpected_type";
    }
    return "unknown";
}

} // namespace wirestamp::ptp
