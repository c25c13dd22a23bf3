// SPDX-License-Identifier: Apache-2.0
//
// Text between Java and C. JNI's own "UTF" functions speak a dialect in which characters beyond the basic
// plane are not UTF-8; names of adapters may have them.
#pragma once

#include <jni.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wirestamp::swig {

/// A Java string as UTF-8; null stays null.
class JavaText {
public:
    JavaText() = default;
    JavaText(JNIEnv* env, jstring string) : present_(string != nullptr) {
        if (!present_)
            return;
        const auto length = static_cast<std::size_t>(env->GetStringLength(string));
        std::vector<jchar> units(length);
        env->GetStringRegion(string, 0, static_cast<jsize>(length), units.data());
        text_.reserve(length);
        for (std::size_t i = 0; i < length; ++i) {
            std::uint32_t point = units[i];
            if (point >= 0xd800 && point < 0xdc00 && i + 1 < length && units[i + 1] >= 0xdc00 &&
                units[i + 1] < 0xe000)
                point = 0x10000 + ((point - 0xd800) << 10) + (units[++i] - 0xdc00u);
            append(point);
        }
    }
    const char* c_str() const { return present_ ? text_.c_str() : nullptr; }

private:
    void append(std::uint32_t point) {
        const auto rest = [this, point](int shift) {
            text_ += static_cast<char>(0x80 | ((point >> shift) & 0x3f));
        };
        if (point < 0x80) {
            text_ += static_cast<char>(point);
        } else if (point < 0x800) {
            text_ += static_cast<char>(0xc0 | (point >> 6));
            rest(0);
        } else if (point < 0x10000) {
            text_ += static_cast<char>(0xe0 | (point >> 12));
            rest(6), rest(0);
        } else {
            text_ += static_cast<char>(0xf0 | (point >> 18));
            rest(12), rest(6), rest(0);
        }
    }

    std::string text_;
    bool present_ = false;
};

/// UTF-8 as a Java string; null stays null. What is not UTF-8 becomes the replacement character.
inline jstring to_java(JNIEnv* env, const char* text) {
    if (!text)
        return nullptr;
    std::vector<jchar> units;
    for (const auto* at = reinterpret_cast<const unsigned char*>(text); *at;) {
        const int more = *at < 0x80                  ? 0
                         : *at >= 0xf0 && *at < 0xf8 ? 3
                         : *at >= 0xe0 && *at < 0xf0 ? 2
                         : *at >= 0xc2 && *at < 0xe0 ? 1
                                                     : -1;
        std::uint32_t point = more < 0 ? 0xfffd : more == 0 ? *at : *at & (0x3fu >> more);
        ++at;
        for (int i = 0; i < more; ++i) {
            if ((*at & 0xc0) != 0x80) {
                point = 0xfffd;
                break;
            }
            point = (point << 6) | (*at++ & 0x3fu);
        }
        if (point >= 0x10000) {
            units.push_back(static_cast<jchar>(0xd800 + ((point - 0x10000) >> 10)));
            units.push_back(static_cast<jchar>(0xdc00 + ((point - 0x10000) & 0x3ff)));
        } else {
            units.push_back(static_cast<jchar>(point));
        }
    }
    return env->NewString(units.data(), static_cast<jsize>(units.size()));
}

} // namespace wirestamp::swig
