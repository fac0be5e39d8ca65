// One attempt of an HTTP probe: the requests from the first URL to the answer that counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/http/body_intake.hpp"
#include "probers/http/http_probe.hpp"
#include "probers/workflow/cookie_jar.hpp"

namespace fleet::probers {

/// Lives for one attempt. run(), then result().
class RequestChain {
 public:
  RequestChain(std::shared_ptr<HttpSetup> setup, const http::Url& url, std::string hostname,
               const Attempt& attempt)
      : setup_(std::move(setup)),
        options_(setup_->options()),
        attempt_(attempt),
        first_(url),
        intake_(options_.compression, limit(), options_.expected.wants_body()) {
    request_.url = url;
    request_.method = options_.method;
    hostname_ = std::move(hostname);
  }

  awaitable<void> run();
  ProbeResult result() &&;

 private:
  std::optional<std::uint64_t> limit() const {
    if (options_.body_size_limit) return options_.body_size_limit;
    if (options_.expected.wants_body() || options_.compression) return held_body_bytes;
    return std::nullopt;
  }
  awaitable<void> prepare();
  /// Sends one request; true if its response is a redirect that was taken.
  awaitable<bool> hop();
  awaitable<void> resolve_for_proxy(http::Request& sent);
  std::string server_name(const http::Url& url) const;
  void choose_way(const http::Response& response);
  void forget_response();
  void take_redirect(const http::Response& response);
  void judge(const http::Response& response);
  void learn_address(const http::Peer& peer, std::chrono::nanoseconds lookup);
  void describe(const http::Response& response);
  void fail(const http::Failure& failure);
  void note_missed(const Miss& miss);

  std::shared_ptr<HttpSetup> setup_;
  const HttpOptions& options_;
  Attempt attempt_;
  http::Url first_;
  std::string hostname_;
  http::Request request_;
  workflow::CookieJar cookies_;
  std::string own_cookie_;
  http::BodyIntake intake_;
  ProbeResult result_;

  int redirects_ = 0;
  /// What to do with the response at hand.
  enum class Way : std::uint8_t { judge, follow, give_up };
  Way way_ = Way::judge;
  std::optional<http::Url> location_;
  std::optional<net::Failure> lookup_failure_;
  bool address_known_ = false;
  bool connecting_ = false;  // a name was resolved: all phases exist

  // Of the last response whose head came.
  int status_ = 0;
  double version_ = 0, content_length_ = 0;
  std::optional<double> last_modified_;
  bool tls_ = false, head_seen_ = false;
  std::optional<net::TlsFacts> tls_facts_;
  bool by_regex_ = false, by_cel_ = false;
};

}  // namespace fleet::probers
