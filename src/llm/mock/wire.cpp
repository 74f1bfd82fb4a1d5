// SPDX-License-Identifier: Apache-2.0
// HTTP responses, JSON bodies and server-sent events of chat completions.
#include "llm/mock/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "atoll/core/json.hpp"

namespace atl::llm::mock {

namespace {

constexpr std::size_t most_chunks = 8;
constexpr std::string_view event_stream = "text/event-stream; charset=utf-8";

std::string_view reason_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        default:
            return "Status";
    }
}

/// `length`: of the body; none for a stream.
std::string header(int status, std::string_view content_type, const ReplyForm& form, std::string_view length_field,
                   std::string_view fields = {}) {
    return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n{}Connection: {}\r\n{}\r\n", status, reason_of(status),
                       content_type, length_field, form.keep_alive ? "keep-alive" : "close", fields);
}

std::string length_field(std::uint64_t length) { return fmt::format("Content-Length: {}\r\n", length); }

Outgoing::End end_of(const ReplyForm& form) { return form.keep_alive ? Outgoing::End::keep : Outgoing::End::close; }

std::string quoted(std::string_view text) { return Json(text).dump(); }

/// A JSON string; what stands for bad bytes in it is replaced by `invalid`, unless that is empty.
std::string quoted(std::string_view text, std::string_view invalid) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string result = quoted(text);
    if (invalid.empty()) return result;
    for (auto at = result.find(replacement); at != std::string::npos; at = result.find(replacement, at)) {
        result.replace(at, replacement.size(), invalid);
        at += invalid.size();
    }
    return result;
}

std::string usage(const ChatReply& reply) {
    return fmt::format(R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{}}})", reply.prompt_tokens,
                       reply.completion_tokens, reply.prompt_tokens + reply.completion_tokens);
}

std::string_view finish_reason(const ChatReply& reply) { return reply.at_limit ? "length" : "stop"; }

/// The time of creation is 0, so that the reply depends on nothing but the request and the seed.
std::string complete_body(const ChatReply& reply) {
    return fmt::format(R"({{"id":"{}","object":"chat.completion","created":0,"model":{},"choices":[{{"index":0,)"
                       R"("message":{{"role":"assistant","content":{}}},"finish_reason":"{}"}}],"usage":{}}})",
                       reply.id, quoted(reply.model), quoted(reply.text, reply.invalid), finish_reason(reply),
                       usage(reply));
}

class EventStream {
public:
    EventStream(const ChatReply& reply, const ReplyForm& form) : form_(form) {
        prefix_ = fmt::format(R"({{"id":"{}","object":"chat.completion.chunk","created":0,"model":{},)", reply.id,
                              quoted(reply.model));
        ReplyForm sent = form;
        if (!form.chunked) sent.keep_alive = false;
        out_.end = end_of(sent);
        out_.bytes = header(200, event_stream, sent, form.chunked ? "Transfer-Encoding: chunked\r\n" : "");
        delta(R"("role":"assistant","content":"")");
        stage(0.5);
        write_text(reply);
        choice("{}", fmt::format("\"{}\"", finish_reason(reply)));
        if (form.include_usage) event(prefix_ + R"("choices":[],"usage":)" + usage(reply) + "}");
        event("[DONE]");
        if (form.chunked) out_.bytes += "0\r\n\r\n";
        out_.stages.back().end = out_.bytes.size();
    }

    Outgoing take() { return std::move(out_); }

private:
    void write_text(const ChatReply& reply) {
        const std::string_view text = reply.text;
        const std::size_t chunks = std::clamp<std::size_t>(text.size() / 2, 1, most_chunks);
        std::size_t begin = 0;
        for (std::size_t i = 1; i <= chunks; ++i) {
            std::size_t end = text.size() * i / chunks;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
            if (end > begin) delta("\"content\":" + quoted(text.substr(begin, end - begin), reply.invalid));
            begin = std::max(begin, end);
            stage(0.5 + 0.5 * static_cast<double>(i) / static_cast<double>(chunks));
        }
    }
    void delta(const std::string& members) { choice("{" + members + "}", "null"); }
    void choice(const std::string& delta, const std::string& finish) {
        event(fmt::format(R"({}"choices":[{{"index":0,"delta":{},"finish_reason":{}}}]}})", prefix_, delta, finish));
    }
    void event(const std::string& data) {
        const std::string text = "data: " + data + "\n\n";
        out_.bytes += form_.chunked ? fmt::format("{:x}\r\n{}\r\n", text.size(), text) : text;
    }
    void stage(double share) { out_.stages.push_back({out_.bytes.size(), share}); }

    ReplyForm form_;
    std::string prefix_;
    Outgoing out_;
};

Outgoing due_after_latency(Outgoing out) {
    out.stages = {{out.size(), 1.0}};
    return out;
}

/// Half of what would have been sent.
Outgoing cut_in_the_middle(Outgoing out) {
    const auto body = out.bytes.find("\r\n\r\n") + 4;
    out.bytes.resize(body + (out.bytes.size() - body) / 2);
    for (Outgoing::Stage& stage : out.stages) stage.end = std::min<std::uint64_t>(stage.end, out.bytes.size());
    out.end = Outgoing::End::cut;
    return out;
}

Outgoing stalled(const ReplyForm& form) {
    Outgoing out;
    out.bytes = form.stream && form.chunked ? header(200, event_stream, form, "Transfer-Encoding: chunked\r\n")
                                            : header(200, "application/json", form, length_field(4096));
    out.end = Outgoing::End::stall;
    return due_after_latency(std::move(out));
}

Outgoing html_page(int status, std::string_view title, const ReplyForm& form) {
    return response(status, "text/html",
                    fmt::format("<!DOCTYPE html>\n<html><head><title>{0}</title></head>\n<body><h1>{0}</h1>\n<p>The "
                                "page you look for is not here at the moment.</p></body></html>\n",
                                title),
                    form);
}

Outgoing garbage(const ChatReply& reply, const ReplyForm& form, RandomStream& random) {
    std::string body;
    switch (random.below(5)) {
        case 0:
            for (int i = 0; i < 512; ++i) body += static_cast<char>(random.below(256));
            break;
        case 1:
            body = R"({"result":{"status":"queued","position":3}})";
            break;
        case 2:
            body = R"({"id":"none","object":"chat.completion","choices":[]})";
            break;
        case 3:
            body = R"({"choices":[{"index":0,"message":{"role":"assistant","content":17}}],"usage":"much"})";
            break;
        default:
            body = complete_body(reply);
            body.resize(body.size() / 2);  // a length that is right, JSON that ends early
    }
    if (!form.stream) return response(200, "application/json", body, form);
    return response(200, event_stream, "data: " + body + "\n\ndata: [DONE]\n\n", form);
}

Outgoing huge(const ChatReply& reply, const ReplyForm& form) {
    Outgoing out;
    std::string head = fmt::format(R"({{"id":"{}","object":"chat.completion","choices":[{{"index":0,"{}":{{)"
                                   R"("role":"assistant","content":")",
                                   reply.id, form.stream ? "delta" : "message");
    if (form.stream) head.insert(0, "data: ");
    out.tail = form.stream ? "\"}}]}\n\ndata: [DONE]\n\n" : "\"}}]}";
    out.filler_bytes = 50'000'000;
    out.bytes = header(200, form.stream ? event_stream : "application/json", form,
                       length_field(head.size() + out.filler_bytes + out.tail.size())) +
                head;
    out.end = end_of(form);
    return due_after_latency(std::move(out));
}

Outgoing server_error(const ReplyForm& form, RandomStream& random) {
    switch (random.below(3)) {
        case 0:
            return error_response(500, "the model runner ended unexpectedly", form);
        case 1:
            return html_page(502, "502 Bad Gateway", form);
        default:
            return error_response(503, "the model is overloaded", form);
    }
}

}  // namespace

Outgoing response(int status, std::string_view content_type, std::string_view body, const ReplyForm& form,
                  std::string_view fields) {
    Outgoing out;
    out.bytes = header(status, content_type, form, length_field(body.size()), fields);
    out.bytes += body;
    out.stages = {{out.bytes.size(), 0.0}};
    out.end = end_of(form);
    return out;
}

Outgoing error_response(int status, std::string_view message, const ReplyForm& form, std::string_view fields) {
    const std::string body = fmt::format(R"({{"error":{{"message":{},"type":"{}","code":{}}}}})", quoted(message),
                                         status < 500 ? "invalid_request_error" : "server_error", status);
    return response(status, "application/json", body, form, fields);
}

Outgoing chat_response(const ChatReply& reply, const ReplyForm& form) {
    if (form.stream) return EventStream(reply, form).take();
    return due_after_latency(response(200, "application/json", complete_body(reply), form));
}

Outgoing fault_response(Fault fault, const ChatReply& reply, const ReplyForm& form, std::uint32_t retry_after_seconds,
                        RandomStream& random) {
    switch (fault) {
        case Fault::rate_limited:
            return error_response(429, "too many requests", form,
                                  fmt::format("Retry-After: {}\r\n", retry_after_seconds));
        case Fault::rate_limited_bare:
            return error_response(429, "too many requests", form);
        case Fault::unauthorized:
            return error_response(401, "the key is not valid", form);
        case Fault::out_of_money:
            return error_response(402, "the account has no money left", form);
        case Fault::server_error:
            return due_after_latency(server_error(form, random));
        case Fault::stall:
            return stalled(form);
        case Fault::cut:
            return cut_in_the_middle(chat_response(reply, form));
        case Fault::html:
            return due_after_latency(html_page(200, "Welcome", form));
        case Fault::garbage:
            return due_after_latency(garbage(reply, form, random));
        case Fault::huge:
            return huge(reply, form);
        case Fault::empty:
        case Fault::invalid_utf8:
        case Fault::unusable:
        case Fault::none:
            break;
    }
    return chat_response(reply, form);
}

}  // namespace atl::llm::mock
