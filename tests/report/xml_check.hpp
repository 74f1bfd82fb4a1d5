// SPDX-License-Identifier: Apache-2.0
// For tests: says whether a text is a well-formed XML document, as far as our SVG writer uses XML.
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atl::report::test {

/// Elements, attributes, character data and the five named plus decimal references; no comments, CDATA or DTD.
class XmlCheck {
public:
    explicit XmlCheck(std::string_view text) : text_(text) { run(); }
    const std::string& error() const { return error_; }  ///< empty: well-formed

private:
    bool fail(const std::string& what) {
        if (error_.empty()) error_ = what + " at byte " + std::to_string(at_);
        return false;
    }
    bool done() const { return at_ >= text_.size(); }
    bool starts(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }

    std::string name() {
        std::string result;
        while (!done() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-')) {
            result += text_[at_++];
        }
        return result;
    }

    bool reference() {
        for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
            if (starts(known)) {
                at_ += known.size();
                return true;
            }
        }
        return fail("stray '&'");
    }

    bool character() {
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (byte == '&') return reference();
        if (byte == '<') return fail("stray '<'");
        if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') return fail("control character");
        ++at_;
        return true;
    }

    bool attributes() {
        std::set<std::string> seen;
        while (starts(" ")) {
            ++at_;
            const std::string attribute = name();
            if (attribute.empty() || !starts("=\"")) return fail("attribute without a value");
            if (!seen.insert(attribute).second) return fail("attribute twice: " + attribute);
            at_ += 2;
            while (!done() && text_[at_] != '"') {
                if (!character()) return false;
            }
            if (done()) return fail("attribute without an end");
            ++at_;
        }
        return true;
    }

    bool tag() {
        ++at_;
        const bool closing = starts("/");
        if (closing) ++at_;
        const std::string element = name();
        if (element.empty()) return fail("tag without a name");
        if (closing) {
            if (open_.empty() || open_.back() != element) return fail("closes what is not open: " + element);
            open_.pop_back();
            root_closed_ = open_.empty();
        } else {
            if (root_closed_) return fail("second root");
            if (!attributes()) return false;
            if (starts("/")) {
                ++at_;
                root_closed_ = open_.empty();
            } else {
                open_.push_back(element);
            }
        }
        if (!starts(">")) return fail("tag without an end");
        ++at_;
        return true;
    }

    void run() {
        const std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        if (!starts(declaration)) {
            fail("no declaration");
            return;
        }
        at_ = declaration.size();
        while (!done()) {
            if (text_[at_] == '<') {
                if (!tag()) return;
            } else if (open_.empty() && text_[at_] != '\n') {
                fail("text outside the root");
                return;
            } else if (!character()) {
                return;
            }
        }
        if (!root_closed_) fail("no root, or one without an end");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string> open_;
    bool root_closed_ = false;
    std::string error_;
};

/// Empty when well-formed, else what is wrong and where.
inline std::string xml_error(std::string_view text) { return XmlCheck(text).error(); }

inline std::size_t occurrences(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

}  // namespace atl::report::test
