/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, status codes and the error object, as base.h promises them. */
#include <stdlib.h>

#include "check.h"

static void the_library_knows_its_version(void) {
    char text[32];
    CHECK(wst_version() ==
          (((uint32_t)WST_VERSION_MAJOR << 16) | (WST_VERSION_MINOR << 8) | WST_VERSION_PATCH));
    snprintf(text, sizeof text, "%d.%d.%d", WST_VERSION_MAJOR, WST_VERSION_MINOR, WST_VERSION_PATCH);
    CHECK(strcmp(wst_version_string(), text) == 0);
    CHECK(strstr(wst_build_info(), text) != NULL);
    CHECK(strstr(wst_build_info(), "Boost") != NULL);
}

/* Frozen: a number in this table may never change. */
static const struct {
    wst_status status;
    const char *name;
} frozen[] = {{0, "WST_OK"},
              {-1, "WST_E_INVALID_ARGUMENT"},
              {-2, "WST_E_UNSUPPORTED_FIELD"},
              {-3, "WST_E_NOT_FOUND"},
              {-4, "WST_E_PERMISSION"},
              {-5, "WST_E_NOT_SUPPORTED"},
              {-6, "WST_E_TIMED_OUT"},
              {-7, "WST_E_WOULD_BLOCK"},
              {-8, "WST_E_WOULD_DEADLOCK"},
              {-9, "WST_E_CLOSED"},
              {-10, "WST_E_BUSY"},
              {-11, "WST_E_OUT_OF_MEMORY"},
              {-12, "WST_E_LIMIT"},
              {-13, "WST_E_STATE"},
              {-14, "WST_E_RANGE"},
              {-15, "WST_E_UNKNOWN_OPTION"},
              {-16, "WST_E_BAD_DRIVER"},
              {-17, "WST_E_INTERFACE_GONE"},
              {-18, "WST_E_IO"},
              {-19, "WST_E_PARSE"},
              {-20, "WST_E_ADMINISTRATOR"},
              {-21, "WST_E_INTERNAL"}};

static void status_codes_are_frozen_and_enumerable(void) {
    const uint32_t count = (uint32_t)(sizeof frozen / sizeof frozen[0]);
    wst_status status = 1;
    const char *name = NULL;
    uint32_t i;
    for (i = 0; i < count; ++i) {
        CHECK_STATUS(wst_status_at(i, &status, &name), WST_OK);
        CHECK(status == frozen[i].status);
        CHECK(strcmp(name, frozen[i].name) == 0);
        CHECK(strcmp(wst_status_name(status), name) == 0);
        CHECK(strlen(wst_status_text(status)) > 5);
    }
    CHECK_STATUS(wst_status_at(count, &status, &name), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_status_at(UINT32_MAX, &status, &name), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_status_at(0, NULL, &name), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_status_at(0, &status, NULL), WST_E_INVALID_ARGUMENT);
    CHECK(strcmp(wst_status_name(1), "WST_E_UNKNOWN") == 0);
    CHECK(strcmp(wst_status_name(-1000), "WST_E_UNKNOWN") == 0);
    CHECK(strlen(wst_status_text(INT32_MIN)) > 5);
}

static void an_error_says_what_and_is_cleared_by_success(void) {
    wst_error error = WST_ERROR_INIT;
    wst_ptp_config *config = NULL;
    CHECK_STATUS(wst_ptp_config_create(NULL, &error), WST_E_INVALID_ARGUMENT);
    CHECK(error.status == WST_E_INVALID_ARGUMENT);
    CHECK(error.os_error == 0);
    CHECK(strstr(error.message, "'out'") != NULL);
    CHECK_STATUS(wst_ptp_config_create(&config, &error), WST_OK);
    CHECK(error.status == WST_OK);
    CHECK(error.message[0] == '\0');
    CHECK_STATUS(wst_ptp_config_set(config, "nonesuch", "1", NULL), WST_E_UNKNOWN_OPTION);
    wst_ptp_config_destroy(config);
}

/* Errors of every size that a caller may have been compiled with: not one byte past it is touched. */
static void an_error_is_written_only_as_far_as_it_goes(void) {
    uint32_t size;
    for (size = 0; size <= 300; ++size) {
        unsigned char memory[400];
        wst_error *error = (wst_error *)(void *)memory;
        uint32_t i;
        const uint32_t filled = size < sizeof(wst_error) ? size : (uint32_t)sizeof(wst_error);
        memset(memory, 0xA5, sizeof memory);
        memcpy(memory, &size, sizeof size);
        CHECK_STATUS(wst_ptp_config_create(NULL, error), WST_E_INVALID_ARGUMENT);
        for (i = filled < 4 ? 4 : filled; i < sizeof memory; ++i)
            if (memory[i] != 0xA5)
                break;
        CHECK(i == sizeof memory);
        if (size >= 8) {
            CHECK(error->status == WST_E_INVALID_ARGUMENT);
            CHECK(error->struct_size == filled);
        } else {
            CHECK(error->struct_size == size);
        }
        if (size > 16) {
            const size_t room = filled - 16;
            const void *end = memchr(error->message, 0, room);
            CHECK(end != NULL);
        }
    }
}

/* A message that has to be cut is cut between characters. */
static void a_long_message_stays_utf8(void) {
    char name[600];
    wst_ptp_config *config = NULL;
    size_t shift;
    CHECK_STATUS(wst_ptp_config_create(&config, NULL), WST_OK);
    for (shift = 0; shift < 4; ++shift) {
        wst_error error = WST_ERROR_INIT;
        size_t i = 0;
        size_t length;
        memset(name, 'a', shift);
        for (i = shift; i + 3 < sizeof name; i += 3)
            memcpy(name + i, "\xE2\x82\xAC", 3); /* a euro sign */
        name[i] = '\0';
        CHECK_STATUS(wst_ptp_config_set(config, name, "1", &error), WST_E_UNKNOWN_OPTION);
        length = strlen(error.message);
        CHECK(length < sizeof error.message);
        for (i = 0; i < length;) {
            const unsigned char first = (unsigned char)error.message[i];
            const size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
            CHECK((first & 0xC0) != 0x80);
            CHECK(i + bytes <= length);
            i += bytes;
        }
    }
    wst_ptp_config_destroy(config);
}

int main(void) {
    RUN(the_library_knows_its_version);
    RUN(status_codes_are_frozen_and_enumerable);
    RUN(an_error_says_what_and_is_cleared_by_success);
    RUN(an_error_is_written_only_as_far_as_it_goes);
    RUN(a_long_message_stays_utf8);
    FINISH();
}
