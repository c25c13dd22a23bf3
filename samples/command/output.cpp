// SPDX-License-Identifier: Apache-2.0

#include "output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "system_text.hpp"

namespace command {

void write_file(const std::string& file, const std::string& text) {
    std::ofstream out(file_path(file), std::ios::binary);
    out << text;
    out.close();
    if (!out)
        throw std::runtime_error("cannot write " + file + ": " + std::strerror(errno));
}

void write_output(const std::string& file, const std::string& text) {
    if (!file.empty() && file != "-")
        return write_file(file, text);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw std::runtime_error(std::string("cannot write to standard output: ") + std::strerror(errno));
}

} // namespace command
