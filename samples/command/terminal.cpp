// SPDX-License-Identifier: Apache-2.0

#include "terminal.hpp"

#include <cctype>
#include <cstdlib>
#include <cstring>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#else
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace command {

namespace {

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

int number_of(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? 0 : std::atoi(text);
}

#ifdef _WIN32
bool console(CONSOLE_SCREEN_BUFFER_INFO& info) {
    return GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info) != 0;
}

bool console_takes_colours() {
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode = 0;
    return GetConsoleMode(out, &mode) != 0 &&
           SetConsoleMode(out, mode | 0x0004 /* ENABLE_VIRTUAL_TERMINAL_PROCESSING */) != 0;
}
#endif

bool wants_colours() {
    if (!is_terminal(Stream::out))
        return false;
    const char* no = std::getenv("NO_COLOR"); // no-color.org: any value but the empty one
    if (no != nullptr && *no != '\0')
        return false;
#ifdef _WIN32
    return console_takes_colours();
#else
    const char* kind = std::getenv("TERM");
    return kind != nullptr && *kind != '\0' && std::strcmp(kind, "dumb") != 0;
#endif
}

const char* sequence(Colour colour) {
    switch (colour) {
        case Colour::bold:
            return "\033[1m";
        case Colour::dim:
            return "\033[2m";
        case Colour::red:
            return "\033[31m";
        case Colour::green:
            return "\033[32m";
        case Colour::yellow:
            return "\033[33m";
        case Colour::blue:
            return "\033[34m";
        case Colour::magenta:
            return "\033[35m";
        case Colour::cyan:
            return "\033[36m";
        default:
            return "";
    }
}

} // namespace

bool is_terminal(Stream stream) {
    const int descriptor = stream == Stream::out ? 1 : 2;
#ifdef _WIN32
    return _isatty(descriptor) != 0;
#else
    return isatty(descriptor) != 0;
#endif
}

bool output_takes_more() {
#ifdef _WIN32
    return true;
#else
    pollfd out{1, POLLOUT, 0};
    return ::poll(&out, 1, 0) != 0;
#endif
}

int terminal_width() {
    if (!is_terminal(Stream::out))
        return 0;
#ifdef _WIN32
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (console(info))
        return info.srWindow.Right - info.srWindow.Left + 1;
#else
    winsize size{};
    if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
#endif
    const int told = number_of("COLUMNS");
    return told > 0 ? told : 80;
}

int terminal_height() {
    if (!is_terminal(Stream::out))
        return 0;
#ifdef _WIN32
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (console(info))
        return info.srWindow.Bottom - info.srWindow.Top + 1;
#else
    winsize size{};
    if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        return size.ws_row;
#endif
    const int told = number_of("LINES");
    return told > 0 ? told : 24;
}

std::string paint(Colour colour, const std::string& text) {
    static const bool colours = wants_colours();
    if (!colours || colour == Colour::none || text.empty())
        return text;
    return sequence(colour) + text + "\033[0m";
}

bool shows_unicode() {
#ifdef _WIN32
    return GetConsoleOutputCP() == CP_UTF8;
#else
    for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(variable);
        if (value == nullptr || *value == '\0')
            continue;
        std::string name = value;
        for (char& c : name)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
    }
    return false;
#endif
}

std::size_t columns(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\033') { // up to the letter that ends the sequence
            const auto end = text.find('m', i);
            i = end == std::string::npos ? text.size() : end;
        } else if (starts_character(text[i])) {
            ++count;
        }
    }
    return count;
}

std::string shortened(const std::string& text, std::size_t width) {
    if (columns(text) <= width)
        return text;
    std::string result;
    std::size_t count = 0;
    for (const char c : text) {
        if (starts_character(c) && ++count >= width)
            break;
        result += c;
    }
    return width == 0 ? "" : result + (shows_unicode() ? "\u2026" : "~");
}

Colour colour_of_state(const std::string& state) {
    if (state == "LOCKED" || state == "SLAVE" || state == "MASTER" || state == "hardware" || state == "up")
        return Colour::green;
    if (state == "ACQUIRING" || state == "HOLDOVER" || state == "UNCALIBRATED" || state == "PRE_MASTER" ||
        state == "PASSIVE" || state == "software")
        return Colour::yellow;
    if (state == "FREE_RUNNING" || state == "FAULTY" || state == "down")
        return Colour::red;
    return Colour::none;
}

} // namespace command
