// SPDX-License-Identifier: Apache-2.0
//
// Writes the fuzzer's seed corpus into a directory: `wire_seeds DIRECTORY`.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/wire_samples.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY (created if it does not exist)\n", argv[0]);
        return 2;
    }
    const std::filesystem::path directory = argv[1];
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    int number = 0;
    for (const auto& datagram : wirestamp::ptp::samples::all()) {
        const auto path = directory / ("sample-" + std::to_string(number++));
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(datagram.data()),
                   static_cast<std::streamsize>(datagram.size()));
        if (!file) {
            std::fprintf(stderr, "cannot write %s: check that the directory can be written to\n",
                         path.c_str());
            return 1;
        }
    }
    return 0;
}
