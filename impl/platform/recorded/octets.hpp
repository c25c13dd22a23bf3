// SPDX-License-Identifier: Apache-2.0
//
// The smallest parts of a record (docs/record.md): whole numbers of as many octets as they need, and texts.
// The reader takes its file for hostile: it never believes a length, and what makes no sense is a Failure.

#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impl/base/time.hpp"

namespace wirestamp::platform::recorded {

inline constexpr char magic[] = "wirestamp record 1\n";
inline constexpr std::size_t magic_size = sizeof(magic) - 1;

class Octets {
public:
    void octet(std::uint8_t value) { bytes_.push_back(value); }
    void number(std::uint64_t value);
    void whole(std::int64_t value);
    void real(double value);
    void text(std::span<const std::uint8_t> value);
    void text(const std::string& value);

    std::vector<std::uint8_t>& bytes() noexcept { return bytes_; }

private:
    std::vector<std::uint8_t> bytes_;
};

/// Where the octets of a record come from.
class Source {
public:
    virtual ~Source() = default;
    /// Fewer than asked for only at the end.
    virtual std::size_t read(std::span<std::uint8_t> into) = 0;
};

std::unique_ptr<Source> open_file(const std::string& path); // throws Failure
std::unique_ptr<Source> over_memory(std::span<const std::uint8_t> bytes);

/// Thrown where the file ends: as a rule because the writer was killed, so that what came before is good.
struct EndOfRecord {};

/// Every function throws Failure (WST_E_PARSE, with the octet's place) or EndOfRecord.
class OctetReader {
public:
    explicit OctetReader(std::unique_ptr<Source> source) : source_(std::move(source)) {}

    bool at_end();
    std::uint8_t octet();
    std::uint64_t number();
    std::uint64_t number(std::uint64_t largest);
    std::int64_t whole();
    double real();
    void text(std::vector<std::uint8_t>& into, std::size_t longest);
    std::string text(std::size_t longest);
    std::uint64_t position() const noexcept { return before_ + at_; }
    [[noreturn]] void damaged(const char* what) const;

private:
    bool fill();

    std::unique_ptr<Source> source_;
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(64 * 1024);
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
    std::uint64_t before_ = 0; // octets read before the buffer's
};

/// Clock values are far from where the arithmetic of those who use them would wrap.
inline constexpr Nanoseconds largest_time = 4'000'000'000'000'000'000;

} // namespace wirestamp::platform::recorded
