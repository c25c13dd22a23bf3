// SPDX-License-Identifier: Apache-2.0

#include "resident.hpp"

#include <cstdint>
#include <cstdio>

#if defined(__GLIBC__)
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace command {

#if defined(__GLIBC__)

namespace {

/// A debugger's breakpoints lie in pages of code that are then no longer the file's.
bool is_traced() {
    bool traced = true;
    if (std::FILE* const file = std::fopen("/proc/self/status", "re")) {
        char line[128];
        int tracer = 0;
        while (std::fgets(line, sizeof line, file) != nullptr)
            if (std::sscanf(line, "TracerPid: %d", &tracer) == 1)
                traced = tracer != 0;
        std::fclose(file);
    }
    return traced;
}

/// Code and constants are the same in the file: they stay in the system's cache of it, and what the program
/// goes on to run is mapped again when it is run.
int unmap_constants(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0)
            continue;
        const auto begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const auto end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz + page - 1) / page * page;
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

} // namespace

void give_back_memory() {
    ::malloc_trim(0);
    if (!is_traced())
        ::dl_iterate_phdr(unmap_constants, nullptr);
}

#else

void give_back_memory() {}

#endif

} // namespace command
