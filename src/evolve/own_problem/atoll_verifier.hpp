// SPDX-License-Identifier: Apache-2.0
// What verifiers of users are written against; atl::Instance, from atoll_instance.hpp, stands in front of it.
#ifndef ATOLL_VERIFIER
#define ATOLL_VERIFIER

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace atl {

/// Thrown by verify() for an answer that breaks a rule: a code for tables (a-z, 0-9, '_') and a sentence for people.
class Wrong : public std::exception {
public:
    explicit Wrong(std::string reason, std::string text = {}) : reason_(std::move(reason)), text_(std::move(text)) {}
    const std::string& reason() const { return reason_; }
    const std::string& text() const { return text_; }
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string reason_, text_;
};

/// A further number of the answer that verify() looks at, shown beside its score.
void metric(const std::string& name, double value);

}  // namespace atl

/// The verifier defines it: the score of an answer.
double verify(const atl::Instance& instance, const std::vector<double>& answer);

#endif
