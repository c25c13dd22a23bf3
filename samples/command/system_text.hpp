// SPDX-License-Identifier: Apache-2.0
//
// Text in and out is UTF-8 in here. Windows gives a program its words, takes names of files and shows what is
// printed in code pages of its own, unless asked otherwise.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace command {

/// The words of the command line, with the program's name in front.
std::vector<std::string> arguments(int argc, char** argv);

/// A file by its name.
std::filesystem::path file_path(const std::string& name);

/// While it lives, the console shows UTF-8.
class Utf8Console {
public:
    Utf8Console();
    ~Utf8Console();
    Utf8Console(const Utf8Console&) = delete;
    Utf8Console& operator=(const Utf8Console&) = delete;

private:
    unsigned before_ = 0;
};

} // namespace command
