/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every pointer of every function, NULL one at a time: refused with a message that names the argument, with
 * and without an error object, or allowed where its page says so. A function that is exported and missing
 * here is a failure.
 */
#include <stdlib.h>

#include "check.h"
#include "wirestamp/iphelper.h"

static char covered[200][64];
static int covered_count;

static void cover(const char *call) {
    size_t length = strcspn(call, "(");
    int i;
    if (length >= sizeof covered[0])
        length = sizeof covered[0] - 1;
    for (i = 0; i < covered_count; ++i)
        if (strlen(covered[i]) == length && strncmp(covered[i], call, length) == 0)
            return;
    memcpy(covered[covered_count], call, length);
    covered[covered_count++][length] = '\0';
}

static wst_error error_object = WST_ERROR_INIT;
static wst_error *E;

static void refused(int line, const char *call, const char *argument, wst_status with, wst_status without) {
    char text[300];
    char quoted[40];
    cover(call);
    snprintf(quoted, sizeof quoted, "%s", argument);
    if (with == WST_E_INVALID_ARGUMENT && without == with && error_object.status == with &&
        strstr(error_object.message, quoted) != NULL)
        return;
    snprintf(text, sizeof text, "%.120s with %s NULL: %s, without an error object %s; message \"%.80s\"",
             call, argument, wst_status_name(with), wst_status_name(without), error_object.message);
    check_failed(__FILE__, line, text);
}

static void accepted(int line, const char *call, wst_status status) {
    char text[300];
    cover(call);
    if (status == WST_OK)
        return;
    snprintf(text, sizeof text, "%.120s is %s: %.120s", call, wst_status_name(status), error_object.message);
    check_failed(__FILE__, line, text);
}

#define REFUSES(argument, call)                                       \
    do {                                                              \
        wst_status with_error;                                        \
        memset(error_object.message, 0, sizeof error_object.message); \
        E = &error_object;                                            \
        with_error = (call);                                          \
        E = NULL;                                                     \
        refused(__LINE__, #call, argument, with_error, (call));       \
    } while (0)

#define ACCEPTS(call) (E = &error_object, accepted(__LINE__, #call, (call)))

/* Two hosts joined by a wire, and something of every kind of object on the first. */
static wst_simulation *simulation;
static wst_context *context;
static wst_interface eth0;
static wst_socket *sock;
static wst_ptp_config *config;
static wst_ptp *ptp;
static wst_correlation *correlation;

static void set_up(void) {
    wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_correlation_options correlate = WST_CORRELATION_OPTIONS_INIT;
    const wst_interface interface_init = WST_INTERFACE_INIT;
    eth0 = interface_init;
    adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
    ACCEPTS(wst_simulation_create(NULL, &simulation, E));
    ACCEPTS(wst_simulation_add_host(simulation, "a", NULL, E));
    ACCEPTS(wst_simulation_add_host(simulation, "b", NULL, E));
    adapter.addresses = "192.0.2.1/24";
    ACCEPTS(wst_simulation_add_adapter(simulation, "a", "eth0", &adapter, E));
    ACCEPTS(wst_simulation_add_adapter(simulation, "b", "eth0", NULL, E));
    ACCEPTS(wst_simulation_connect(simulation, "wire", "a/eth0", "b/eth0", NULL, E));
    options.simulation = simulation;
    options.simulation_host = "a";
    ACCEPTS(wst_context_create(&options, &context, E));
    ACCEPTS(wst_interface_find(context, "eth0", &eth0, E));
    ACCEPTS(wst_socket_open(context, NULL, &sock, E));
    ACCEPTS(wst_ptp_config_create(&config, E));
    ACCEPTS(wst_ptp_config_add_port(config, "eth0", E));
    ACCEPTS(wst_ptp_open(context, config, &ptp, E));
    correlate.interface_id = eth0.id;
    ACCEPTS(wst_correlation_open(context, &correlate, &correlation, E));
}

static void base(void) {
    wst_status status;
    const char *name;
    /* These two have no error object. */
    CHECK(wst_status_at(0, NULL, &name) == WST_E_INVALID_ARGUMENT);
    CHECK(wst_status_at(0, &status, NULL) == WST_E_INVALID_ARGUMENT);
    cover("wst_status_at(");
    cover("wst_version(");
    cover("wst_version_string(");
    cover("wst_build_info(");
    cover("wst_status_name(");
    cover("wst_status_text(");
}

static void contexts(void) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_subscription id;
    wst_event event;
    intptr_t handle;
    int64_t ns;
    event.struct_size = sizeof event;
    REFUSES("out", wst_context_create(&options, NULL, E));
    options.simulation = simulation;
    {
        wst_context *made = NULL;
        REFUSES("simulation_host", wst_context_create(&options, &made, E));
        CHECK(made == NULL);
        options.simulation_host = "nobody";
        CHECK_STATUS(wst_context_create(&options, &made, NULL), WST_E_NOT_FOUND);
    }
    REFUSES("context", wst_context_close(NULL, E));
    REFUSES("context", wst_context_run(NULL, 0, E));
    REFUSES("context", wst_context_next_deadline(NULL, &ns, E));
    REFUSES("ns_from_now", wst_context_next_deadline(context, NULL, E));
    REFUSES("context", wst_subscribe(NULL, NULL, NULL, NULL, NULL, &id, E));
    REFUSES("out", wst_subscribe(context, NULL, NULL, NULL, NULL, NULL, E));
    REFUSES("context", wst_unsubscribe(NULL, 1, E));
    REFUSES("context", wst_event_wait(NULL, 0, &event, E));
    REFUSES("event", wst_event_wait(context, 0, NULL, E));
    REFUSES("context", wst_event_handle(NULL, &handle, E));
    REFUSES("out", wst_event_handle(context, NULL, E));
    REFUSES("context", wst_context_handle(NULL, &handle, E));
    REFUSES("out", wst_context_handle(context, NULL, E));
}

static void interfaces(void) {
    wst_interface interfaces[4];
    wst_interface_address addresses[4];
    wst_address address;
    char text[WST_ADDRESS_TEXT_SIZE];
    uint32_t count = 0;
    memset(&address, 0, sizeof address);
    interfaces[0] = eth0;
    CHECK(wst_interface_kind_name(0) != NULL);
    cover("wst_interface_kind_name(");
    REFUSES("text", wst_address_parse(NULL, &address, E));
    REFUSES("out", wst_address_parse("192.0.2.1", NULL, E));
    REFUSES("address", wst_address_text(NULL, text, sizeof text, E));
    REFUSES("buffer", wst_address_text(&address, NULL, sizeof text, E));
    REFUSES("context", wst_interface_list(NULL, interfaces, 4, &count, E));
    REFUSES("out", wst_interface_list(context, NULL, 4, &count, E));
    REFUSES("count", wst_interface_list(context, interfaces, 4, NULL, E));
    ACCEPTS(wst_interface_list(context, NULL, 0, &count, E)); /* how many? */
    CHECK(count == 1);
    REFUSES("context", wst_interface_find(NULL, "eth0", &eth0, E));
    REFUSES("key", wst_interface_find(context, NULL, &eth0, E));
    REFUSES("out", wst_interface_find(context, "eth0", NULL, E));
    REFUSES("context", wst_interface_get(NULL, eth0.id, &eth0, E));
    REFUSES("out", wst_interface_get(context, eth0.id, NULL, E));
    REFUSES("context", wst_interface_addresses(NULL, eth0.id, addresses, 4, &count, E));
    REFUSES("out", wst_interface_addresses(context, eth0.id, NULL, 4, &count, E));
    REFUSES("count", wst_interface_addresses(context, eth0.id, addresses, 4, NULL, E));
}

static void capabilities(void) {
    wst_capabilities out = WST_CAPABILITIES_INIT;
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    wst_enable_options enable = WST_ENABLE_OPTIONS_INIT;
    wst_interface_change change;
    wst_event event;
    wst_subscription id;
    memset(&change, 0, sizeof change);
    change.struct_size = sizeof change;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    event.type = WST_EVENT_INTERFACE;
    REFUSES("context", wst_capabilities_supported(NULL, eth0.id, 0, &out, E));
    REFUSES("out", wst_capabilities_supported(context, eth0.id, 0, NULL, E));
    REFUSES("context", wst_capabilities_active(NULL, eth0.id, 0, &out, E));
    REFUSES("out", wst_capabilities_active(context, eth0.id, 0, NULL, E));
    REFUSES("capabilities", wst_capabilities_ptp_support(NULL, &support, E));
    REFUSES("out", wst_capabilities_ptp_support(&out, NULL, E));
    REFUSES("context", wst_capabilities_enable(NULL, eth0.id, &enable, &out, E));
    ACCEPTS(wst_capabilities_enable(context, eth0.id, NULL, NULL, E));
    REFUSES("context", wst_capabilities_restore(NULL, eth0.id, E));
    ACCEPTS(wst_capabilities_restore(context, eth0.id, E));
    REFUSES("context", wst_watch(NULL, NULL, NULL, NULL, NULL, &id, E));
    REFUSES("out", wst_watch(context, NULL, NULL, NULL, NULL, NULL, E));
    ACCEPTS(wst_watch(context, NULL, NULL, NULL, NULL, &id, E));
    ACCEPTS(wst_unsubscribe(context, id, E));
    REFUSES("event", wst_interface_change_get(NULL, &change, E));
    REFUSES("out", wst_interface_change_get(&event, NULL, E));
    CHECK(wst_ptp_support_name(0) != NULL);
    CHECK(wst_capability_name(0, 0) != NULL);
    CHECK(wst_change_name(0) != NULL);
    cover("wst_ptp_support_name(");
    cover("wst_capability_name(");
    cover("wst_change_name(");
}

static void clocks(void) {
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation_time time = WST_CORRELATION_TIME_INIT;
    wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
    wst_correlation *made = NULL;
    int64_t value;
    options.interface_id = eth0.id;
    REFUSES("context", wst_clock_read(NULL, WST_CLOCK_MONOTONIC, 0, &value, E));
    REFUSES("value", wst_clock_read(context, WST_CLOCK_MONOTONIC, 0, NULL, E));
    REFUSES("context", wst_cross_timestamp_get(NULL, eth0.id, WST_CLOCK_REALTIME, 1, &cross, E));
    REFUSES("out", wst_cross_timestamp_get(context, eth0.id, WST_CLOCK_REALTIME, 1, NULL, E));
    REFUSES("context", wst_correlation_open(NULL, &options, &made, E));
    REFUSES("options", wst_correlation_open(context, NULL, &made, E));
    REFUSES("out", wst_correlation_open(context, &options, NULL, E));
    ACCEPTS(wst_correlation_close(NULL, E));
    REFUSES("correlation", wst_correlation_restart(NULL, E));
    REFUSES("correlation", wst_correlation_convert(NULL, WST_CLOCK_DEVICE, 0, &time, E));
    REFUSES("out", wst_correlation_convert(correlation, WST_CLOCK_DEVICE, 0, NULL, E));
    REFUSES("correlation", wst_correlation_wait(NULL, 0, E));
    REFUSES("correlation", wst_correlation_status_get(NULL, &status, E));
    REFUSES("out", wst_correlation_status_get(correlation, NULL, E));
    CHECK(wst_clock_name(0) != NULL && wst_source_name(0) != NULL && wst_cross_method_name(0) != NULL);
    CHECK(wst_correlation_state_name(0) != NULL && wst_correlation_reason_name(0) != NULL);
    cover("wst_clock_name(");
    cover("wst_source_name(");
    cover("wst_cross_method_name(");
    cover("wst_correlation_state_name(");
    cover("wst_correlation_reason_name(");
}

static void sockets(void) {
    wst_socket *made = NULL;
    wst_address address;
    wst_datagram datagram;
    wst_outgoing outgoing = WST_OUTGOING_INIT;
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    char buffer[8];
    intptr_t handle;
    uint32_t count;
    CHECK_STATUS(wst_address_parse("192.0.2.2:4000", &address, NULL), WST_OK);
    memset(&datagram, 0, sizeof datagram);
    datagram.struct_size = sizeof datagram;
    datagram.capacity = sizeof buffer;
    datagram.data = buffer;
    outgoing.data = buffer;
    outgoing.size = 1;
    outgoing.destination = address;
    REFUSES("context", wst_socket_open(NULL, NULL, &made, E));
    REFUSES("out", wst_socket_open(context, NULL, NULL, E));
    ACCEPTS(wst_socket_close(NULL, E));
    REFUSES("socket", wst_socket_local_address(NULL, &address, E));
    REFUSES("out", wst_socket_local_address(sock, NULL, E));
    REFUSES("socket", wst_socket_handle(NULL, &handle, E));
    REFUSES("out", wst_socket_handle(sock, NULL, E));
    REFUSES("socket", wst_socket_join(NULL, &address, E));
    REFUSES("group", wst_socket_join(sock, NULL, E));
    REFUSES("socket", wst_socket_leave(NULL, &address, E));
    REFUSES("group", wst_socket_leave(sock, NULL, E));
    REFUSES("socket", wst_socket_receive(NULL, &datagram, 0, E));
    REFUSES("datagram", wst_socket_receive(sock, NULL, 0, E));
    REFUSES("socket", wst_socket_receive_batch(NULL, &datagram, 1, 0, &count, E));
    REFUSES("batch", wst_socket_receive_batch(sock, NULL, 1, 0, &count, E));
    REFUSES("received", wst_socket_receive_batch(sock, &datagram, 1, 0, NULL, E));
    datagram.data = NULL; /* no room: a datagram would come truncated to nothing */
    CHECK_STATUS(wst_socket_receive(sock, &datagram, 0, NULL), WST_E_WOULD_BLOCK);
    REFUSES("socket", wst_socket_send(NULL, &outgoing, E));
    REFUSES("datagram", wst_socket_send(sock, NULL, E));
    REFUSES("socket", wst_socket_send_batch(NULL, &outgoing, 1, &count, E));
    REFUSES("batch", wst_socket_send_batch(sock, NULL, 1, &count, E));
    REFUSES("sent", wst_socket_send_batch(sock, &outgoing, 1, NULL, E));
    outgoing.data = NULL;
    REFUSES("data", wst_socket_send(sock, &outgoing, E));
    REFUSES("data", wst_socket_send_batch(sock, &outgoing, 1, &count, E));
    REFUSES("socket", wst_socket_transmit_stamp(NULL, 0, 0, &stamp, E));
    REFUSES("out", wst_socket_transmit_stamp(sock, 0, 0, NULL, E));
    REFUSES("socket", wst_socket_transmit_stamps(NULL, &stamp, 1, 0, &count, E));
    REFUSES("out", wst_socket_transmit_stamps(sock, NULL, 1, 0, &count, E));
    REFUSES("taken", wst_socket_transmit_stamps(sock, &stamp, 1, 0, NULL, E));
    REFUSES("socket", wst_socket_counters_get(NULL, &counters, E));
    REFUSES("out", wst_socket_counters_get(sock, NULL, E));
}

static void ptp_clocks(void) {
    wst_ptp *made = NULL;
    wst_ptp_option option = WST_PTP_OPTION_INIT;
    wst_ptp_status status = WST_PTP_STATUS_INIT;
    wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
    wst_ptp_time time = WST_PTP_TIME_INIT;
    wst_ptp_agreement agreement = WST_PTP_AGREEMENT_INIT;
    char buffer[32];
    uint32_t length;
    wst_ptp_config_destroy(NULL);
    cover("wst_ptp_config_destroy(");
    REFUSES("out", wst_ptp_config_create(NULL, E));
    REFUSES("config", wst_ptp_config_set(NULL, "priority1", "1", E));
    REFUSES("name", wst_ptp_config_set(config, NULL, "1", E));
    REFUSES("value", wst_ptp_config_set(config, "priority1", NULL, E));
    REFUSES("config", wst_ptp_config_add_port(NULL, "eth0", E));
    REFUSES("interface_name", wst_ptp_config_add_port(config, NULL, E));
    REFUSES("config", wst_ptp_config_set_port(NULL, "eth0", "logSyncInterval", "0", E));
    REFUSES("interface_name", wst_ptp_config_set_port(config, NULL, "logSyncInterval", "0", E));
    REFUSES("name", wst_ptp_config_set_port(config, "eth0", NULL, "0", E));
    REFUSES("value", wst_ptp_config_set_port(config, "eth0", "logSyncInterval", NULL, E));
    REFUSES("config", wst_ptp_config_get(NULL, NULL, "priority1", buffer, sizeof buffer, &length, E));
    REFUSES("name", wst_ptp_config_get(config, NULL, NULL, buffer, sizeof buffer, &length, E));
    REFUSES("buffer", wst_ptp_config_get(config, NULL, "priority1", NULL, sizeof buffer, &length, E));
    ACCEPTS(wst_ptp_config_get(config, NULL, "priority1", buffer, sizeof buffer, NULL, E));
    REFUSES("config", wst_ptp_config_read_file(NULL, "/nonexistent", E));
    REFUSES("path", wst_ptp_config_read_file(config, NULL, E));
    REFUSES("config", wst_ptp_config_read_text(NULL, "", "x", E));
    REFUSES("text", wst_ptp_config_read_text(config, NULL, "x", E));
    REFUSES("out", wst_ptp_option_at(0, NULL, E));
    ACCEPTS(wst_ptp_option_at(0, &option, E));
    REFUSES("context", wst_ptp_open(NULL, config, &made, E));
    REFUSES("config", wst_ptp_open(context, NULL, &made, E));
    REFUSES("out", wst_ptp_open(context, config, NULL, E));
    REFUSES("ptp", wst_ptp_start(NULL, E));
    REFUSES("ptp", wst_ptp_stop(NULL, E));
    REFUSES("ptp", wst_ptp_close(NULL, E));
    REFUSES("ptp", wst_ptp_set(NULL, "priority1", "1", E));
    REFUSES("name", wst_ptp_set(ptp, NULL, "1", E));
    REFUSES("value", wst_ptp_set(ptp, "priority1", NULL, E));
    REFUSES("ptp", wst_ptp_status_get(NULL, &status, E));
    REFUSES("out", wst_ptp_status_get(ptp, NULL, E));
    REFUSES("ptp", wst_ptp_port_status_get(NULL, 1, &port, E));
    REFUSES("out", wst_ptp_port_status_get(ptp, 1, NULL, E));
    REFUSES("ptp", wst_ptp_now(NULL, &time, E));
    REFUSES("out", wst_ptp_now(ptp, NULL, E));
    REFUSES("ptp", wst_ptp_convert(NULL, WST_CLOCK_MONOTONIC, 0, &time, E));
    REFUSES("out", wst_ptp_convert(ptp, WST_CLOCK_MONOTONIC, 0, NULL, E));
    REFUSES("ptp", wst_ptp_after(NULL, 0, &length, E));
    REFUSES("answer", wst_ptp_after(ptp, 0, NULL, E));
    REFUSES("ptp", wst_ptp_before(NULL, 0, &length, E));
    REFUSES("answer", wst_ptp_before(ptp, 0, NULL, E));
    REFUSES("ptp", wst_ptp_agreement_get(NULL, &agreement, E));
    REFUSES("out", wst_ptp_agreement_get(ptp, NULL, E));
    CHECK(wst_ptp_state_name(1) != NULL && wst_ptp_reason_name(0) != NULL && wst_ptp_fault_name(0) != NULL);
    CHECK(wst_ptp_clock_state_name(0) != NULL);
    cover("wst_ptp_state_name(");
    cover("wst_ptp_reason_name(");
    cover("wst_ptp_fault_name(");
    cover("wst_ptp_clock_state_name(");
}

static void simulations(void) {
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    int64_t value;
    double error_ns;
    REFUSES("out", wst_simulation_create(NULL, NULL, E));
    ACCEPTS(wst_simulation_close(NULL, E));
    REFUSES("simulation", wst_simulation_add_host(NULL, "x", NULL, E));
    REFUSES("name", wst_simulation_add_host(simulation, NULL, NULL, E));
    REFUSES("simulation", wst_simulation_add_adapter(NULL, "a", "x", NULL, E));
    REFUSES("host", wst_simulation_add_adapter(simulation, NULL, "x", NULL, E));
    REFUSES("name", wst_simulation_add_adapter(simulation, "a", NULL, NULL, E));
    REFUSES("simulation", wst_simulation_add_bridge(NULL, "x", NULL, E));
    REFUSES("name", wst_simulation_add_bridge(simulation, NULL, NULL, E));
    REFUSES("simulation", wst_simulation_connect(NULL, "x", "a/eth0", "b/eth0", NULL, E));
    REFUSES("name", wst_simulation_connect(simulation, NULL, "a/eth0", "b/eth0", NULL, E));
    REFUSES("first", wst_simulation_connect(simulation, "x", NULL, "b/eth0", NULL, E));
    REFUSES("second", wst_simulation_connect(simulation, "x", "a/eth0", NULL, NULL, E));
    REFUSES("simulation", wst_simulation_run(NULL, 0, E));
    REFUSES("simulation", wst_simulation_interrupt(NULL, E));
    REFUSES("simulation", wst_simulation_now(NULL, &value, E));
    REFUSES("now", wst_simulation_now(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_set_pace(NULL, 0, E));
    REFUSES("simulation", wst_simulation_clock_error(NULL, "a/eth0", 0, &error_ns, E));
    REFUSES("name", wst_simulation_clock_error(simulation, NULL, 0, &error_ns, E));
    REFUSES("error_ns", wst_simulation_clock_error(simulation, "a/eth0", 0, NULL, E));
    REFUSES("simulation", wst_simulation_true_tai(NULL, &value, E));
    REFUSES("tai", wst_simulation_true_tai(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_counters_get(NULL, &counters, E));
    REFUSES("out", wst_simulation_counters_get(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_set_link(NULL, "wire", &link, E));
    REFUSES("name", wst_simulation_set_link(simulation, NULL, &link, E));
    REFUSES("link", wst_simulation_set_link(simulation, "wire", NULL, E));
    REFUSES("simulation", wst_simulation_cut(NULL, "wire", E));
    REFUSES("link", wst_simulation_cut(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_restore(NULL, "wire", E));
    REFUSES("link", wst_simulation_restore(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_step_clock(NULL, "a/eth0", 0, E));
    REFUSES("name", wst_simulation_step_clock(simulation, NULL, 0, E));
    REFUSES("simulation", wst_simulation_apply(NULL, "link wire cut", E));
    REFUSES("statement", wst_simulation_apply(simulation, NULL, E));
    REFUSES("simulation", wst_simulation_schedule(NULL, "at 1s link wire cut", E));
    REFUSES("text", wst_simulation_schedule(simulation, NULL, E));
}

/* These have Windows' return codes and no error object. */
static void ip_helper(void) {
    uint64_t luid = 0;
    char name[64];
    wchar_t wide[64];
#define REFUSES_WITH(code, call) \
    do {                         \
        cover(#call);            \
        CHECK((call) == (code)); \
    } while (0)
#define REFUSES_87(call) REFUSES_WITH(ERROR_INVALID_PARAMETER, call)
    REFUSES_87(wst_iphelper_capabilities(1, 0, NULL));
    REFUSES_87(wst_iphelper_cross_timestamp(1, NULL));
    REFUSES_87(wst_iphelper_register(NULL, NULL, (void **)(void *)name));
    REFUSES_87(wst_iphelper_index_to_luid(1, NULL));
    REFUSES_87(wst_iphelper_luid_to_index(1, NULL));
    REFUSES_WITH(ERROR_INVALID_NAME, wst_iphelper_name_to_luid(NULL, 0, &luid));
    REFUSES_87(wst_iphelper_name_to_luid("lo", 0, NULL));
    REFUSES_WITH(ERROR_INVALID_NAME, wst_iphelper_wide_name_to_luid(NULL, 0, &luid));
    REFUSES_87(wst_iphelper_wide_name_to_luid(L"lo", 0, NULL));
    REFUSES_87(wst_iphelper_luid_to_name(1, NULL, sizeof name));
    REFUSES_87(wst_iphelper_luid_to_wide_name(1, 0, NULL, sizeof wide / sizeof wide[0]));
    wst_iphelper_unregister(NULL);
    cover("wst_iphelper_unregister(");
    CHECK(wst_iphelper_performance_counter() > 0);
    cover("wst_iphelper_performance_counter(");
}

static void everything_still_works_and_closes(void) {
    ACCEPTS(wst_ptp_start(ptp, E));
    ACCEPTS(wst_simulation_run(simulation, 1000000000, E));
    ACCEPTS(wst_ptp_stop(ptp, E));
    ACCEPTS(wst_ptp_close(ptp, E));
    ACCEPTS(wst_correlation_close(correlation, E));
    ACCEPTS(wst_socket_close(sock, E));
    wst_ptp_config_destroy(config);
    ACCEPTS(wst_context_close(context, E));
    ACCEPTS(wst_simulation_close(simulation, E));
}

static void every_exported_function_is_here(void) {
    FILE *file = fopen(WIRESTAMP_EXPORTS, "r");
    char line[128];
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        int i;
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, "wst_", 4) != 0)
            continue;
        for (i = 0; i < covered_count; ++i)
            if (strcmp(covered[i], line) == 0)
                break;
        if (i == covered_count)
            check_failed(__FILE__, __LINE__, line);
    }
    if (file != NULL)
        fclose(file);
}

int main(void) {
    RUN(set_up);
    RUN(base);
    RUN(contexts);
    RUN(interfaces);
    RUN(capabilities);
    RUN(clocks);
    RUN(sockets);
    RUN(ptp_clocks);
    RUN(simulations);
    RUN(ip_helper);
    RUN(everything_still_works_and_closes);
    RUN(every_exported_function_is_here);
    FINISH();
}
