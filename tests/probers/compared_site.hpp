// A web site with everything that goes right and wrong, by path.
#pragma once

#include <string>

#include "tests/core/http/raw_server.hpp"

namespace fleet::testing {

/// HTTP/1.1 on 127.0.0.1, one connection after another, each for one request:
/// /ok /empty /204 /404 /500 /http10 /headers /old   answered at once
/// /slow /never /drip /endless /half /reset /closed /garbage /lies   badly, or not at all
/// /gzip /br /badgzip /plain-as-gzip   compressed
/// /to?URL, /loop, /relative, /nowhere   redirected
class ComparedSite {
 public:
  ComparedSite();
  std::string url(const std::string& path) const;
  std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }

 private:
  RawServer server_;
};

/// A response head and body, with a Content-Length.
std::string response_text(const std::string& status, const std::string& fields, const std::string& body);

}  // namespace fleet::testing
