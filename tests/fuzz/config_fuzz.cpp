// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on configuration files: whatever the text, it is read or refused with words, and what was read
// makes an engine's configuration or is refused with words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "impl/base/failure.hpp"
#include "impl/ptp/config.hpp"

using namespace wirestamp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ptp::Configuration configuration;
    try {
        configuration.read_file_text({reinterpret_cast<const char*>(data), size}, "fuzzed.conf");
        if (!configuration.ports().empty())
            (void)ptp::to_engine_config(configuration);
    } catch (const Failure& failure) {
        if (std::string_view(failure.what()).empty())
            std::abort();
    }
    return 0;
}
