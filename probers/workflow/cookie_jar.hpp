// Cookies that a workflow's steps share (RFC 6265).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/url.hpp"

namespace fleet::probers::workflow {

/// Lives for one attempt. Holds at most 100 cookies of at most 4096 bytes, further ones are ignored. There is
/// no list of public suffixes: a Domain without an inner dot is refused. Values are never shown anywhere.
class CookieJar {
 public:
  using Clock = std::chrono::system_clock;
  /// One Set-Cookie header of an answer from `url`; what is malformed or for another host is ignored.
  void store(const http::Url& url, std::string_view set_cookie, Clock::time_point now);
  /// The Cookie header for a request to `url`, longer paths first; "" if there are none.
  std::string header(const http::Url& url) const;
  std::size_t size() const { return cookies_.size(); }

 private:
  struct Cookie {
    std::string name, value, domain, path;
    bool host_only = true, secure = false;
  };
  std::vector<Cookie> cookies_;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT", also with dashes and two-digit years (RFC 6265 section 5.1.1); nullopt if
/// it is none.
std::optional<std::chrono::system_clock::time_point> parse_cookie_date(std::string_view text);

}  // namespace fleet::probers::workflow
