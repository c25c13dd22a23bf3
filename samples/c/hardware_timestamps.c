/* SPDX-License-Identifier: Apache-2.0 */
/* Can PTPv2 be stamped on this adapter, and what is its clock worth? Reads the adapter's clock against the
 * system's and makes a correlation of it; on an adapter without a clock (lo, veth) it correlates the clock of
 * its software stamps instead.
 *
 *     hardware_timestamps [INTERFACE]        lo if none is given
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wirestamp/capabilities.h>
#include <wirestamp/clock.h>

static wst_error error = WST_ERROR_INIT;

static void must(wst_status status) {
    if (status == WST_OK)
        return;
    fprintf(stderr, "hardware_timestamps: %s\n", error.message);
    exit(1);
}

static void print_flags(const char *title, uint32_t valid, uint32_t mask, uint32_t flags) {
    uint32_t bit;
    printf("    %-9s", title);
    if (!valid)
        printf(" unknown");
    else if (flags == 0)
        printf(" none");
    for (bit = 0; valid && wst_capability_name(mask, bit); ++bit)
        if (flags >> bit & 1)
            printf(" %s", wst_capability_name(mask, bit));
    printf("\n");
}

static void print_capabilities(const char *title, const wst_capabilities *capabilities) {
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    must(wst_capabilities_ptp_support(capabilities, &support, &error));
    printf("%s: PTPv2 over IPv4 %s, over IPv6 %s%s\n", title, wst_ptp_support_name(support.ipv4),
           wst_ptp_support_name(support.ipv6),
           support.valid & WST_PTP_SUPPORT_VALID_HARDWARE ? "" : " at least (the driver does not tell more)");
    print_flags("hardware:", capabilities->valid & WST_CAPABILITIES_VALID_HARDWARE, WST_CAPABILITY_HARDWARE,
                capabilities->hardware);
    print_flags("software:", capabilities->valid & WST_CAPABILITIES_VALID_SOFTWARE, WST_CAPABILITY_SOFTWARE,
                capabilities->software);
}

static void print_cross_timestamps(wst_context *context, uint64_t id) {
    int i;
    for (i = 0; i < 5; ++i) {
        wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
        if (wst_cross_timestamp_get(context, id, 0, 0, &cross, &error) != WST_OK) {
            printf("no cross-timestamps: %s\n", error.message);
            return;
        }
        printf("    system %" PRId64 "  device %" PRId64 "  +-%" PRId64 " ns (%s)\n", cross.system_before,
               cross.device, cross.uncertainty, wst_cross_method_name(cross.method));
    }
}

int main(int argc, char **argv) {
    wst_context *context = NULL;
    wst_correlation *correlation = NULL;
    wst_interface interface = WST_INTERFACE_INIT;
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
    wst_correlation_time time = WST_CORRELATION_TIME_INIT;
    int64_t now = 0;

    must(wst_context_create(NULL, &context, &error));
    must(wst_interface_find(context, argc > 1 ? argv[1] : "lo", &interface, &error));
    must(wst_capabilities_supported(context, interface.id, 0, &capabilities, &error));
    print_capabilities("supported", &capabilities);
    must(wst_capabilities_active(context, interface.id, 0, &capabilities, &error));
    print_capabilities("active", &capabilities);
    print_cross_timestamps(context, interface.id);

    options.interface_id = interface.id;
    options.interval_ms = 100;
    must(wst_correlation_open(context, &options, &correlation, &error));
    must(wst_correlation_wait(correlation, 10000, &error));
    do { /* the bound of the rate falls with every second of observation */
        wst_event event;
        event.struct_size = sizeof event;
        (void)wst_event_wait(context, 100, &event, NULL); /* nobody subscribed: only lets time pass */
        must(wst_correlation_status_get(correlation, &status, &error));
    } while (status.samples < 20);
    printf("correlation of %s with %s after %" PRIu64 " samples:\n", wst_clock_name(status.stamp_clock),
           wst_clock_name(status.system_clock), status.samples);
    printf("    rate %+.1f ppb (+-%.1f), samples spread by %" PRId64 " ns\n", status.rate, status.rate_bound,
           status.spread);
    must(wst_clock_read(context, status.system_clock, 0, &now, &error));
    must(wst_correlation_convert(correlation, status.system_clock, now, &time, &error));
    printf("    %s %" PRId64 " is %s %" PRId64 " +-%" PRId64 " ns\n", wst_clock_name(status.system_clock),
           now, wst_clock_name(time.clock), time.value, time.bound);
    must(wst_context_close(context, &error)); /* closes the correlation, too */
    return 0;
}
