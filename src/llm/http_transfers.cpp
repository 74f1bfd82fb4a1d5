// SPDX-License-Identifier: Apache-2.0
// The only file that talks to libcurl. Easy handles, their options and connections are used again and again.
#include "llm/http_transfers.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <list>
#include <utility>

#include "atoll/core/error.hpp"

/// Evaluates a curl call; throws InfrastructureError with curl's words when it fails.
#define CURL_TRY(expression) check((expression), #expression, __FILE__, __LINE__)

namespace atl::llm {
namespace {

[[noreturn]] void fail(const char* words, const char* expression, const char* file, int line) {
    throw InfrastructureError(fmt::format("{}:{}: {}: {}; is memory or the number of open files (ulimit -n) too small?",
                                          file, line, expression, words));
}

void check(CURLcode code, const char* expression, const char* file, int line) {
    if (code != CURLE_OK) fail(curl_easy_strerror(code), expression, file, line);
}

void check(CURLMcode code, const char* expression, const char* file, int line) {
    if (code != CURLM_OK) fail(curl_multi_strerror(code), expression, file, line);
}

constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();
constexpr long dns_cache_seconds = 600;

void start_curl_once() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL_TRY(started);
}

struct SlistDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

class Descriptor {
public:
    Descriptor() : number_(epoll_create1(EPOLL_CLOEXEC)) {
        if (number_ < 0) throw InfrastructureError(std::string("epoll_create1: ") + std::strerror(errno));
    }
    ~Descriptor() { close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

Slist headers_of(const std::string& key) {
    Slist list;
    const auto add = [&](const std::string& line) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw InfrastructureError("out of memory for a header of a request");
        if (!list) list.reset(longer);
    };
    add("Content-Type: application/json");
    add("Accept: application/json, text/event-stream");
    add("Expect:");  // else bodies above 1 MB wait for a 100-continue that many servers never send
    if (!key.empty()) add("Authorization: Bearer " + key);
    return list;
}

struct Site {
    std::string url;
    bool is_loopback = false;
    bool is_resolved = false;
    Slist headers;
    std::vector<Easy> idle;  ///< handles with all options of the site set
};

bool is_loopback_url(std::string_view url) {
    std::string_view host = url.substr(url.find("://") + 3);
    host = host.substr(0, host.find('/'));
    return host.starts_with("127.") || host.starts_with("[::1]") || host == "localhost" ||
           host.starts_with("localhost:");
}

}  // namespace

class Transfer {
public:
    Site* site = nullptr;
    Easy easy;
    void* owner = nullptr;
    OnPiece on_piece;
    std::uint64_t most_bytes = 0;
    HttpReply reply;
    bool is_oversized = false;
    bool is_stopped = false;
    const Nanoseconds* now = nullptr;
    Nanoseconds last_byte_at = 0;
    std::list<Transfer>::iterator place;
};

namespace {

std::size_t receive_body(const char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    const std::string_view piece(bytes, size * count);
    transfer.last_byte_at = *transfer.now;
    if (transfer.reply.body.size() + piece.size() > transfer.most_bytes) {
        transfer.is_oversized = true;
        return 0;
    }
    transfer.reply.body += piece;
    if (!transfer.on_piece) return piece.size();
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 == 2 && !transfer.on_piece(piece)) {
        transfer.is_stopped = true;
        return 0;
    }
    return piece.size();
}

std::size_t receive_header(const char* /*bytes*/, std::size_t size, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.last_byte_at = *transfer.now;
    return size * count;
}

/// Called once the name is resolved; sockets are not for children.
curl_socket_t open_socket(void* user, curlsocktype /*purpose*/, curl_sockaddr* address) {
    static_cast<Site*>(user)->is_resolved = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The server cannot have seen the request.
bool is_unsent(CURLcode code, CURL* easy) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
            return true;
        default:
            break;
    }
    curl_off_t sent = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
    return sent == 0;
}

}  // namespace

class HttpTransfers::Implementation {
public:
    Implementation(const HttpOptions& options, OnEnd on_end) : options_(options), on_end_(std::move(on_end)) {
        start_curl_once();
        multi_.reset(curl_multi_init());
        if (!multi_) throw InfrastructureError("curl_multi_init: out of memory");
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Implementation::watch));
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this));
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Implementation::set_timer));
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this));
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections)));
        CURL_TRY(curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING));
    }
    ~Implementation() {
        while (!running_.empty()) cancel(running_.front());
    }
    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    std::size_t add_site(const std::string& url, const std::string& key) {
        auto site = std::make_unique<Site>();
        site->url = url;
        site->is_loopback = is_loopback_url(url);
        site->headers = headers_of(key);
        sites_.push_back(std::move(site));
        return sites_.size() - 1;
    }
    bool is_resolved(std::size_t site) const { return sites_.at(site)->is_resolved; }

    Transfer& start(std::size_t site_index, std::string_view body, void* owner, OnPiece on_piece) {
        Site& site = *sites_.at(site_index);
        Transfer& transfer = running_.emplace_back();
        transfer.place = std::prev(running_.end());
        transfer.site = &site;
        transfer.owner = owner;
        transfer.on_piece = std::move(on_piece);
        transfer.most_bytes = options_.reply_bytes;
        transfer.now = &now_;
        transfer.last_byte_at = now_;
        try {
            if (site.idle.empty()) {
                transfer.easy = new_easy(site);
            } else {
                transfer.easy = std::move(site.idle.back());
                site.idle.pop_back();
            }
            CURL* easy = transfer.easy.get();
            CURL_TRY(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())));
            CURL_TRY(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data()));
            CURL_TRY(curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer));
            CURL_TRY(curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer));
            CURL_TRY(curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer));
            CURL_TRY(curl_multi_add_handle(multi_.get(), easy));
        } catch (...) {
            running_.pop_back();
            throw;
        }
        return transfer;
    }

    void cancel(Transfer& transfer) {
        curl_multi_remove_handle(multi_.get(), transfer.easy.get());
        transfer.site->idle.push_back(std::move(transfer.easy));
        running_.erase(transfer.place);
    }

    void poll(Nanoseconds now) {
        now_ = now;
        std::array<epoll_event, 256> events{};
        int count = 0;
        do {
            count = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), 0);
            for (int i = 0; i < count; ++i) act(events[static_cast<std::size_t>(i)]);
        } while (count == static_cast<int>(events.size()));
        begin(now);
        finish_ended();
    }

    void begin(Nanoseconds now) {
        now_ = now;
        if (timer_ > now) return;
        timer_ = never;
        int running = 0;
        CURL_TRY(curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running));
    }

    int descriptor() const { return epoll_.number(); }
    Nanoseconds wake_at() const { return timer_; }

private:
    Easy new_easy(Site& site) const {
        Easy owned(curl_easy_init());
        if (!owned) throw InfrastructureError("curl_easy_init: out of memory");
        CURL* easy = owned.get();
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_URL, site.url.c_str()));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, site.headers.get()));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_POST, 1L));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_USERAGENT, "atoll"));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_seconds * 1e3)));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, dns_cache_seconds));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.reply_bytes)));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive_body));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &receive_header));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket));
        CURL_TRY(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &site));
        if (site.is_loopback) CURL_TRY(curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"));
        return owned;
    }

    void act(const epoll_event& event) {
        int bits = 0;
        if ((event.events & (EPOLLIN | EPOLLRDHUP)) != 0) bits |= CURL_CSELECT_IN;
        if ((event.events & EPOLLOUT) != 0) bits |= CURL_CSELECT_OUT;
        if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) bits |= CURL_CSELECT_ERR;
        int running = 0;
        CURL_TRY(curl_multi_socket_action(multi_.get(), event.data.fd, bits, &running));
    }

    void finish_ended() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* easy = message->easy_handle;
            const CURLcode code = message->data.result;
            Transfer* transfer = nullptr;
            CURL_TRY(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer));
            HttpReply reply = ended(*transfer, code);
            void* owner = transfer->owner;
            cancel(*transfer);  // a finished one: its connection stays
            on_end_(owner, std::move(reply));
        }
    }

    static HttpReply ended(Transfer& transfer, CURLcode code) {
        CURL* easy = transfer.easy.get();
        HttpReply reply = std::move(transfer.reply);
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        reply.status = static_cast<int>(status);
        curl_off_t retry_after_seconds = 0;
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_seconds);
        reply.retry_after_seconds = static_cast<double>(retry_after_seconds);
        curl_off_t first_byte_microseconds = 0;
        curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_microseconds);
        reply.first_byte_seconds = static_cast<double>(first_byte_microseconds) * 1e-6;
        if (code == CURLE_OK) {
            reply.end = TransferEnd::complete;
        } else if (transfer.is_stopped) {
            reply.end = TransferEnd::stopped;
        } else if (transfer.is_oversized || code == CURLE_FILESIZE_EXCEEDED) {
            reply.end = TransferEnd::oversized;
        } else {
            reply.end = is_unsent(code, easy) ? TransferEnd::unsent : TransferEnd::cut;
            reply.text = curl_easy_strerror(code);
        }
        return reply;
    }

    static int watch(CURL* /*easy*/, curl_socket_t socket, int what, void* user, void* watched) {
        auto& self = *static_cast<Implementation*>(user);
        if (what == CURL_POLL_REMOVE) {
            epoll_ctl(self.epoll_.number(), EPOLL_CTL_DEL, socket, nullptr);
            return 0;
        }
        epoll_event event{};
        event.data.fd = socket;
        if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) event.events |= EPOLLIN;
        if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) event.events |= EPOLLOUT;
        const int operation = watched == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        if (epoll_ctl(self.epoll_.number(), operation, socket, &event) != 0) return -1;
        if (watched == nullptr) curl_multi_assign(self.multi_.get(), socket, &self);
        return 0;
    }

    static int set_timer(CURLM* /*multi*/, long milliseconds, void* user) {
        auto& self = *static_cast<Implementation*>(user);
        self.timer_ = milliseconds < 0 ? never : self.now_ + static_cast<Nanoseconds>(milliseconds) * 1'000'000;
        return 0;
    }

    HttpOptions options_;
    OnEnd on_end_;
    Descriptor epoll_;
    Nanoseconds now_ = 0;
    Nanoseconds timer_ = never;
    std::vector<std::unique_ptr<Site>> sites_;  // outlive the handles that name them
    std::unique_ptr<CURLM, MultiDeleter> multi_;
    std::list<Transfer> running_;
};

HttpTransfers::HttpTransfers(const HttpOptions& options, OnEnd on_end)
    : implementation_(std::make_unique<Implementation>(options, std::move(on_end))) {}
HttpTransfers::~HttpTransfers() = default;
std::size_t HttpTransfers::add_site(const std::string& url, const std::string& key) {
    return implementation_->add_site(url, key);
}
bool HttpTransfers::is_resolved(std::size_t site) const { return implementation_->is_resolved(site); }
Transfer& HttpTransfers::start(std::size_t site, std::string_view body, void* owner, OnPiece on_piece) {
    return implementation_->start(site, body, owner, std::move(on_piece));
}
void HttpTransfers::cancel(Transfer& transfer) { implementation_->cancel(transfer); }
void HttpTransfers::poll(Nanoseconds now) { implementation_->poll(now); }
void HttpTransfers::begin(Nanoseconds now) { implementation_->begin(now); }
int HttpTransfers::descriptor() const { return implementation_->descriptor(); }
Nanoseconds HttpTransfers::wake_at() const { return implementation_->wake_at(); }

bool HttpTransfers::is_connected(const Transfer& transfer) {
    curl_off_t sent = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_PRETRANSFER_TIME_T, &sent);
    return sent != 0;
}
Nanoseconds HttpTransfers::last_byte_at(const Transfer& transfer) { return transfer.last_byte_at; }

}  // namespace atl::llm
