/* SPDX-License-Identifier: Apache-2.0
 * The least program that has a PTP clock in it, for its memory and its CPU time beside ptp4l's: embedder
 * INTERFACE [OPTION VALUE]... One thread; runs until it is ended. */
#include <stdio.h>
#include <wirestamp/wirestamp.h>

static int failed(const wst_error* error) {
    fprintf(stderr, "embedder: %s\n", error->message);
    return 1;
}

int main(int argc, char** argv) {
    wst_error error = WST_ERROR_INIT;
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context* context = NULL;
    wst_ptp_config* config = NULL;
    wst_ptp* ptp = NULL;
    wst_status status;
    int i;
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    if (argc < 2)
        return 2;
    if (wst_context_create(&options, &context, &error) || wst_ptp_config_create(&config, &error) ||
        wst_ptp_config_add_port(config, argv[1], &error))
        return failed(&error);
    for (i = 2; i + 1 < argc; i += 2)
        if (wst_ptp_config_set(config, argv[i], argv[i + 1], &error))
            return failed(&error);
    if (wst_ptp_open(context, config, &ptp, &error) || wst_ptp_start(ptp, &error))
        return failed(&error);
    wst_ptp_config_destroy(config);
    do
        status = wst_context_run(context, 3600000000000, &error);
    while (status == WST_OK || status == WST_E_TIMED_OUT);
    return failed(&error);
}
