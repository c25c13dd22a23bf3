// SPDX-License-Identifier: Apache-2.0
//
// What the other end of standard output or standard error is: a terminal with a width and colours, or a file
// or pipe that must get nothing but text.

#pragma once

#include <string>

namespace command {

enum class Stream { out, error };

bool is_terminal(Stream stream);
/// False if the reader of standard output is so far behind that writing would wait for it.
bool output_takes_more();
/// Columns and rows of the terminal; 0 where there is none.
int terminal_width();
int terminal_height();

enum class Colour { none, bold, dim, red, green, yellow, blue, magenta, cyan };

/// The text in this colour if standard output is a terminal that shows colours (and NO_COLOR is not set),
/// else as it is.
std::string paint(Colour colour, const std::string& text);

/// Whether what reads standard output takes UTF-8, by the locale's name.
bool shows_unicode();

/// Columns that UTF-8 text takes (of alphabets and symbols one wide; control sequences are not counted).
std::size_t columns(const std::string& text);
/// At most so many columns of the text, its end replaced by an ellipsis if it is longer. No control sequences
/// inside.
std::string shortened(const std::string& text, std::size_t width);

/// Whether a word says that something is well, middling or bad.
Colour colour_of_state(const std::string& state);

} // namespace command
