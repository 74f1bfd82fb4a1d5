// SPDX-License-Identifier: Apache-2.0
// RFC 9112, as much as clients of chat completions use: no chunked requests, no folded headers.
#include "llm/mock/http_request.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace atl::llm::mock {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Takes a line off the front, without its end.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Bytes up to and with the first empty line from `from` on; 0 when there is none.
std::size_t end_of_header(std::string_view text, std::size_t from) {
    for (auto at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (text.substr(at + 1).starts_with("\n")) return at + 2;
        if (text.substr(at + 1).starts_with("\r\n")) return at + 3;
    }
    return 0;
}

}  // namespace

RequestReader::State RequestReader::refuse(int status) {
    refusal_ = status;
    return State::refused;
}

RequestReader::State RequestReader::look() {
    if (refusal_ != 0) return State::refused;
    if (header_bytes_ == 0) {
        const std::size_t empty = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size());
        if (empty > 0 && searched_bytes_ == 0) buffer_.erase(0, empty);  // lines between requests
        const std::size_t end = end_of_header(buffer_, searched_bytes_);
        if ((end == 0 ? buffer_.size() : end) > max_header_bytes) return refuse(431);
        if (end == 0) {
            searched_bytes_ = buffer_.size() < 2 ? 0 : buffer_.size() - 2;
            return State::incomplete;
        }
        request_ = {};
        body_bytes_ = 0;
        has_length_ = false;
        if (!read_header(std::string_view(buffer_).substr(0, end))) return refuse(refusal_ != 0 ? refusal_ : 400);
        header_bytes_ = end;
    }
    if (buffer_.size() - header_bytes_ < body_bytes_) return State::incomplete;
    return State::complete;
}

bool RequestReader::read_header(std::string_view header) {
    if (header.find('\0') != std::string_view::npos) return false;
    const std::string_view start = take_line(header);
    const auto first = start.find(' ');
    const auto last = start.rfind(' ');
    if (first == std::string_view::npos || first == last || first == 0) return false;
    const std::string_view version = start.substr(last + 1);
    const std::string_view target = start.substr(first + 1, last - first - 1);
    if (!version.starts_with("HTTP/1.") || target.empty() || target.find(' ') != std::string_view::npos) return false;
    request_.method = start.substr(0, first);
    request_.path = target.substr(0, target.find('?'));
    request_.keep_alive = request_.chunked_replies = version != "HTTP/1.0";
    for (;;) {
        const std::string_view line = take_line(header);
        if (line.empty()) break;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t') return false;
        if (!read_field(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)))) return false;
    }
    return true;
}

bool RequestReader::read_field(std::string_view name, std::string_view value) {
    if (name == "content-length") {
        std::uint64_t length = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (error == std::errc::result_out_of_range || (error == std::errc() && length > max_body_bytes))
            refusal_ = 413;
        if (error != std::errc() || end != value.data() + value.size() || length > max_body_bytes) return false;
        if (has_length_ && length != body_bytes_) return false;
        has_length_ = true;
        body_bytes_ = static_cast<std::size_t>(length);
    } else if (name == "transfer-encoding") {
        refusal_ = 411;
        return false;
    } else if (name == "connection") {
        const std::string wanted = lower(value);
        if (wanted.find("close") != std::string::npos) request_.keep_alive = false;
        if (wanted.find("keep-alive") != std::string::npos) request_.keep_alive = true;
    } else if (name == "authorization") {
        request_.authorization = value;
    } else if (name == "expect") {
        request_.expects_continue = lower(value) == "100-continue";
    }
    return true;
}

bool RequestReader::take_continue() {
    if (header_bytes_ == 0 || !request_.expects_continue) return false;
    request_.expects_continue = false;
    return buffer_.size() == header_bytes_ && body_bytes_ > 0;
}

void RequestReader::next() {
    buffer_.erase(0, header_bytes_ + body_bytes_);
    constexpr std::size_t kept = std::size_t{1} << 20;
    if (buffer_.capacity() > kept && buffer_.size() < kept) buffer_.shrink_to_fit();
    searched_bytes_ = header_bytes_ = body_bytes_ = 0;
}

}  // namespace atl::llm::mock
