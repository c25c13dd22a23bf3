// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/recorded/octets.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "impl/base/failure.hpp"

namespace wirestamp::platform::recorded {

namespace {

class FileSource final : public Source {
public:
    explicit FileSource(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {
        if (!file_)
            throw Failure(WST_E_NOT_FOUND,
                          "record " + path + " cannot be opened: does it exist, and may this user read it?",
                          errno);
    }
    ~FileSource() override { std::fclose(file_); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;
    std::size_t read(std::span<std::uint8_t> into) override {
        return std::fread(into.data(), 1, into.size(), file_);
    }

private:
    std::FILE* file_;
};

class MemorySource final : public Source {
public:
    explicit MemorySource(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
    std::size_t read(std::span<std::uint8_t> into) override {
        const std::size_t size = std::min(into.size(), rest_.size());
        std::copy_n(rest_.begin(), size, into.begin());
        rest_ = rest_.subspan(size);
        return size;
    }

private:
    std::span<const std::uint8_t> rest_;
};

} // namespace

std::unique_ptr<Source> open_file(const std::string& path) {
    return std::make_unique<FileSource>(path);
}

std::unique_ptr<Source> over_memory(std::span<const std::uint8_t> bytes) {
    return std::make_unique<MemorySource>(bytes);
}

void Octets::number(std::uint64_t value) {
    while (value >= 0x80) {
        octet(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    octet(static_cast<std::uint8_t>(value));
}

/// Small numbers of either sign are short: 0, -1, 1, -2, ...
void Octets::whole(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void Octets::real(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8)
        octet(static_cast<std::uint8_t>(bits));
}

void Octets::text(std::span<const std::uint8_t> value) {
    number(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void Octets::text(const std::string& value) {
    number(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}

bool OctetReader::fill() {
    before_ += filled_;
    at_ = 0;
    filled_ = source_->read(buffer_);
    return filled_ > 0;
}

bool OctetReader::at_end() {
    return at_ == filled_ && !fill();
}

std::uint8_t OctetReader::octet() {
    if (at_ == filled_ && !fill())
        throw EndOfRecord{};
    return buffer_[at_++];
}

std::uint64_t OctetReader::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint64_t next = octet();
        if (shift == 63 && next > 1)
            break;
        value |= (next & 0x7f) << shift;
        if (next < 0x80)
            return value;
    }
    damaged("a number of more than 64 bits");
}

std::uint64_t OctetReader::number(std::uint64_t largest) {
    const std::uint64_t value = number();
    if (value > largest)
        damaged("a number beyond its limit");
    return value;
}

std::int64_t OctetReader::whole() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

double OctetReader::real() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 8)
        bits |= std::uint64_t{octet()} << shift;
    const auto value = std::bit_cast<double>(bits);
    if (!std::isfinite(value))
        damaged("a number that is none");
    return value;
}

void OctetReader::text(std::vector<std::uint8_t>& into, std::size_t longest) {
    std::size_t size = number(longest);
    into.clear();
    while (size > 0) { // grows with what is there, not with what is claimed
        if (at_ == filled_ && !fill())
            throw EndOfRecord{};
        const std::size_t part = std::min(size, filled_ - at_);
        into.insert(into.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                    buffer_.begin() + static_cast<std::ptrdiff_t>(at_ + part));
        at_ += part;
        size -= part;
    }
}

std::string OctetReader::text(std::size_t longest) {
    std::vector<std::uint8_t> bytes;
    text(bytes, longest);
    return {bytes.begin(), bytes.end()};
}

void OctetReader::damaged(const char* what) const {
    throw Failure(WST_E_PARSE,
                  "the record is damaged before octet " + std::to_string(before_ + at_) + ": " + what);
}

} // namespace wirestamp::platform::recorded
