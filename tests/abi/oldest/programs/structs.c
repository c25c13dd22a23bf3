/* SPDX-License-Identifier: Apache-2.0 */
/* Structures of older and of newer callers than the library. */
#include <stdlib.h>

#include "check.h"

static wst_status create(const void *options) {
    wst_context *context = (wst_context *)(void *)&context;
    wst_error error = WST_ERROR_INIT;
    const wst_status status = wst_context_create((const wst_context_options *)options, &context, &error);
    CHECK(error.status == status);
    if (status == WST_OK) {
        CHECK(context != NULL);
        CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    } else {
        CHECK(context == NULL); /* never left as it was */
        CHECK(strlen(error.message) > 0);
    }
    return status;
}

static void no_options_are_defaults(void) {
    CHECK_STATUS(create(NULL), WST_OK);
}

static void an_older_shorter_structure_means_defaults(void) {
    uint32_t size;
    for (size = 4; size <= sizeof(wst_context_options); size += 4) {
        /* Exactly as long as it says, so that a sanitizer sees every byte read beyond. */
        wst_context_options *options = (wst_context_options *)calloc(1, size);
        memcpy(options, &size, sizeof size);
        CHECK_STATUS(create(options), WST_OK);
        free(options);
    }
}

static void a_newer_longer_structure_works_if_the_rest_is_zero(void) {
    struct {
        wst_context_options known;
        unsigned char unknown[40];
    } newer;
    const wst_context_options defaults = WST_CONTEXT_OPTIONS_INIT;
    size_t i;
    memset(&newer, 0, sizeof newer);
    newer.known = defaults;
    newer.known.struct_size = (uint32_t)sizeof newer;
    CHECK_STATUS(create(&newer), WST_OK);
    for (i = 0; i < sizeof newer.unknown; ++i) {
        memset(newer.unknown, 0, sizeof newer.unknown);
        newer.unknown[i] = 1;
        CHECK_STATUS(create(&newer), WST_E_UNSUPPORTED_FIELD);
    }
}

static void a_size_that_cannot_be_is_refused(void) {
    static const uint32_t sizes[] = {0, 1, 3, 65537, 0x7fffffff, 0xA5A5A5A5, UINT32_MAX};
    size_t i;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        options.struct_size = sizes[i];
        CHECK_STATUS(create(&options), WST_E_INVALID_ARGUMENT);
    }
}

static void values_out_of_range_are_refused(void) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    options.flags = 0x80000000u;
    CHECK_STATUS(create(&options), WST_E_UNSUPPORTED_FIELD);
    options.flags = 0;
    options.log_level = 8;
    CHECK_STATUS(create(&options), WST_E_RANGE);
    options.log_level = -1;
    CHECK_STATUS(create(&options), WST_E_RANGE);
    options.log_level = 0;
    options.event_queue_capacity = UINT32_MAX;
    CHECK_STATUS(create(&options), WST_E_RANGE);
    options.event_queue_capacity = 1;
    CHECK_STATUS(create(&options), WST_OK);
    options.simulation_host = "somewhere";
    CHECK_STATUS(create(&options), WST_E_INVALID_ARGUMENT);
}

static void subscribe_options_follow_the_same_rules(void) {
    wst_context *context = NULL;
    wst_subscription id = 77;
    uint32_t size;
    struct {
        wst_subscribe_options known;
        uint64_t unknown;
    } newer;
    memset(&newer, 0, sizeof newer);
    CHECK_STATUS(wst_context_create(NULL, &context, NULL), WST_OK);
    for (size = 4; size <= sizeof newer; size += 4) {
        newer.known.struct_size = size;
        CHECK_STATUS(wst_subscribe(context, &newer.known, NULL, NULL, NULL, &id, NULL), WST_OK);
        CHECK(id != 0);
    }
    newer.unknown = 1;
    CHECK_STATUS(wst_subscribe(context, &newer.known, NULL, NULL, NULL, &id, NULL), WST_E_UNSUPPORTED_FIELD);
    CHECK(id == 0);
    newer.known.struct_size = 0;
    CHECK_STATUS(wst_subscribe(context, &newer.known, NULL, NULL, NULL, &id, NULL), WST_E_INVALID_ARGUMENT);
    newer.known.struct_size = sizeof newer.known;
    newer.known.reserved = 1;
    CHECK_STATUS(wst_subscribe(context, &newer.known, NULL, NULL, NULL, &id, NULL), WST_E_UNSUPPORTED_FIELD);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void outputs_are_filled_only_as_far_as_they_go(void) {
    uint32_t size;
    for (size = 0; size <= sizeof(wst_ptp_option) + 16; ++size) {
        unsigned char memory[sizeof(wst_ptp_option) + 32];
        wst_ptp_option *option = (wst_ptp_option *)(void *)memory;
        size_t i;
        const size_t filled = size < sizeof(wst_ptp_option) ? size : sizeof(wst_ptp_option);
        wst_status status;
        memset(memory, 0xA5, sizeof memory);
        memcpy(memory, &size, sizeof size);
        status = wst_ptp_option_at(0, option, NULL);
        CHECK(status == WST_OK || (size < 16 && status == WST_E_INVALID_ARGUMENT));
        for (i = status == WST_OK ? filled : sizeof size; i < sizeof memory; ++i)
            if (memory[i] != 0xA5)
                break;
        CHECK(i == sizeof memory);
        CHECK(option->struct_size == (status == WST_OK ? filled : size));
    }
}

static void an_event_is_512_bytes_and_may_be_shorter(void) {
    wst_context *context = NULL;
    wst_event event;
    static const uint32_t too_small[] = {0, 4, 8, 39};
    size_t i;
    CHECK(sizeof(wst_event) == 512);
    CHECK_STATUS(wst_context_create(NULL, &context, NULL), WST_OK);
    for (i = 0; i < sizeof too_small / sizeof too_small[0]; ++i) {
        memset(&event, 0, sizeof event);
        event.struct_size = too_small[i];
        CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_E_INVALID_ARGUMENT);
    }
    event.struct_size = 40;
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_E_TIMED_OUT);
    event.struct_size = 1000; /* of a header to come */
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

int main(void) {
    RUN(no_options_are_defaults);
    RUN(an_older_shorter_structure_means_defaults);
    RUN(a_newer_longer_structure_works_if_the_rest_is_zero);
    RUN(a_size_that_cannot_be_is_refused);
    RUN(values_out_of_range_are_refused);
    RUN(subscribe_options_follow_the_same_rules);
    RUN(outputs_are_filled_only_as_far_as_they_go);
    RUN(an_event_is_512_bytes_and_may_be_shorter);
    FINISH();
}
