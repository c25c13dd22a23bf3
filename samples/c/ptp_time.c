/* SPDX-License-Identifier: Apache-2.0
 * Joins PTP on an interface and tells the time after every sample: ptp_time INTERFACE [OPTION VALUE]... */
#include <inttypes.h>
#include <stdio.h>
#include <wirestamp/wirestamp.h>

static int failed(const wst_error *error) {
    fprintf(stderr, "ptp_time: %s\n", error->message);
    return 1;
}

int main(int argc, char **argv) {
    wst_error error = WST_ERROR_INIT;
    wst_context *context = NULL;
    wst_ptp_config *config = NULL;
    wst_ptp *ptp = NULL;
    wst_subscription subscription;
    wst_event event = {sizeof event};
    int i, told = 0;
    if (wst_context_create(NULL, &context, &error) || wst_ptp_config_create(&config, &error) ||
        wst_ptp_config_add_port(config, argc > 1 ? argv[1] : "eth0", &error))
        return failed(&error);
    for (i = 2; i + 1 < argc; i += 2)
        if (wst_ptp_config_set(config, argv[i], argv[i + 1], &error))
            return failed(&error);
    if (wst_subscribe(context, NULL, NULL, NULL, NULL, &subscription, &error) ||
        wst_ptp_open(context, config, &ptp, &error) || wst_ptp_start(ptp, &error))
        return failed(&error);
    while (told < 10 && wst_event_wait(context, 20000, &event, &error) == WST_OK) {
        wst_ptp_time now = WST_PTP_TIME_INIT;
        if (event.type != WST_EVENT_PTP_OFFSET || wst_ptp_now(ptp, &now, NULL) != WST_OK)
            continue;
        printf("%" PRId64 ".%09" PRId64 " s, %s, true time within %+" PRId64 " .. %+" PRId64 " ns\n",
               now.ptp_time / 1000000000, now.ptp_time % 1000000000,
               wst_ptp_clock_state_name(now.clock_state), now.earliest - now.ptp_time,
               now.latest - now.ptp_time),
            ++told;
    }
    wst_ptp_config_destroy(config);
    wst_context_close(context, NULL); /* closes the clock, too */
    return told == 10 ? 0 : failed(&error);
}
