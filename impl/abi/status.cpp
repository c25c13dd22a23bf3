// SPDX-License-Identifier: Apache-2.0
//
// Status codes by name and in words.

#include <algorithm>
#include <array>

#include "impl/abi/guard.hpp"

namespace {

struct Entry {
    wst_status status;
    const char* name;
    const char* text;
};

#define ENTRY(name, text) \
    Entry {               \
        name, #name, text \
    }
constexpr std::array table{
    ENTRY(WST_OK, "it worked"),
    ENTRY(WST_E_INVALID_ARGUMENT, "an argument is NULL, out of range or malformed"),
    ENTRY(WST_E_UNSUPPORTED_FIELD,
          "a structure from a newer header asks for something this library does not know"),
    ENTRY(WST_E_NOT_FOUND, "there is no such interface, option, subscription or object"),
    ENTRY(WST_E_PERMISSION, "the system refused: a privilege is missing"),
    ENTRY(WST_E_NOT_SUPPORTED, "this system, adapter or driver cannot do it"),
    ENTRY(WST_E_TIMED_OUT, "nothing came within the time given"),
    ENTRY(WST_E_WOULD_BLOCK, "not now; try again when the handle is ready"),
    ENTRY(WST_E_WOULD_DEADLOCK,
          "this call waits for callbacks and was made inside one; make it after the callback has returned"),
    ENTRY(WST_E_CLOSED, "the object is closing or closed"),
    ENTRY(WST_E_BUSY, "somebody else uses it"),
    ENTRY(WST_E_OUT_OF_MEMORY, "memory could not be had; nothing was changed"),
    ENTRY(WST_E_LIMIT, "a limit of descriptors, threads, queue or table size is reached"),
    ENTRY(WST_E_STATE, "this cannot be done in the present state of the object"),
    ENTRY(WST_E_RANGE, "the value is outside what is allowed or what the driver offers"),
    ENTRY(WST_E_UNKNOWN_OPTION, "there is no option of that name"),
    ENTRY(WST_E_BAD_DRIVER, "the driver contradicts itself"),
    ENTRY(WST_E_INTERFACE_GONE, "the interface was there and has been removed"),
    ENTRY(WST_E_IO, "the system reported an error; see os_error"),
    ENTRY(WST_E_PARSE, "text or a file could not be read"),
    ENTRY(WST_E_ADMINISTRATOR, "only an administrator can change this"),
    ENTRY(WST_E_INTERNAL, "a defect in the library; please report it"),
};
#undef ENTRY

const Entry* find(wst_status status) noexcept {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.status == status; });
    return found == table.end() ? nullptr : &*found;
}

} // namespace

extern "C" {

const char* WST_CALL wst_status_name(wst_status status) {
    const Entry* entry = find(status);
    return entry ? entry->name : "WST_E_UNKNOWN";
}

const char* WST_CALL wst_status_text(wst_status status) {
    const Entry* entry = find(status);
    return entry ? entry->text : "a status that this library does not know";
}

wst_status WST_CALL wst_status_at(uint32_t index, wst_status* status, const char** name) {
    if (!status || !name)
        return WST_E_INVALID_ARGUMENT;
    if (index >= table.size())
        return WST_E_NOT_FOUND;
    *status = table[index].status;
    *name = table[index].name;
    return WST_OK;
}

} // extern "C"
