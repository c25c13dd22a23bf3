// SPDX-License-Identifier: Apache-2.0

#include "system_text.hpp"

#ifdef _WIN32
// In this order, which is not the alphabet's.
// clang-format off
#include <windows.h>
#include <shellapi.h>
// clang-format on
#endif

namespace command {

std::vector<std::string> arguments(int argc, char** argv) {
#ifdef _WIN32
    int count = 0;
    if (wchar_t** words = ::CommandLineToArgvW(::GetCommandLineW(), &count)) {
        std::vector<std::string> result;
        for (int i = 0; i < count; ++i) {
            const int room = ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, nullptr, 0, nullptr, nullptr);
            std::string word(room > 0 ? static_cast<std::size_t>(room) : 1, '\0');
            ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, word.data(), room, nullptr, nullptr);
            word.pop_back(); // the end that is counted, too
            result.push_back(std::move(word));
        }
        ::LocalFree(words);
        if (!result.empty())
            return result;
    }
#endif
    return {argv, argv + argc};
}

std::filesystem::path file_path(const std::string& name) {
    return std::filesystem::path(std::u8string(name.begin(), name.end()));
}

#ifdef _WIN32
Utf8Console::Utf8Console() {
    const unsigned now = ::GetConsoleOutputCP();
    if (now != CP_UTF8 && now != 0 && ::SetConsoleOutputCP(CP_UTF8))
        before_ = now;
}
Utf8Console::~Utf8Console() {
    if (before_ != 0)
        ::SetConsoleOutputCP(before_);
}
#else
Utf8Console::Utf8Console() = default;
Utf8Console::~Utf8Console() = default;
#endif

} // namespace command
