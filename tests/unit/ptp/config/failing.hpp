// SPDX-License-Identifier: Apache-2.0
//
// For tests of what is refused: the status and the words that a user reads.

#pragma once

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>

#include "impl/base/failure.hpp"

/// Runs `action`, which must throw Failure with `status` and every one of `words` in its message.
template <typename Action>
void check_failure(Action action, wst_status status, std::initializer_list<std::string> words) {
    try {
        action();
        BOOST_ERROR("nothing was refused");
    } catch (const wirestamp::Failure& failure) {
        const std::string message = failure.what();
        BOOST_TEST(failure.status() == status, message);
        BOOST_TEST(message.size() < 240U, "too long for wst_error: " << message);
        for (const std::string& word : words)
            BOOST_TEST((message.find(word) != std::string::npos),
                       "\"" << word << "\" is not in: " << message);
    }
}
