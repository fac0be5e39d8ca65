// HTTP probe: one request, redirects followed, status and body judged.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/http/client.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// Options as blackbox_exporter's http module spells them.
struct HttpOptions {
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<int> valid_status_codes;  ///< empty: 200 to 299
  bool follow_redirects = true;         ///< at most 10
  std::vector<std::shared_ptr<const re2::RE2>> fail_if_body_matches;
  std::vector<std::shared_ptr<const re2::RE2>> fail_if_body_not_matches;
  std::size_t body_size_limit = 4 * 1024 * 1024;
};

/// Judges a final response: the first expectation it misses, or nullopt if it meets all. Pure.
std::optional<ProbeResult> judge(const HttpOptions& options, int status, const std::string& body);

/// The reason that stands for a request that got no response.
Reason reason_of(http::FailureKind kind);
/// Adds a response's or failure's phases to those of earlier requests of the same attempt.
void add_phases(PhaseSeconds& into, const http::Phases& phases);

class HttpProbe : public Probe {
 public:
  HttpProbe(std::shared_ptr<http::Client> client, http::Url url, HttpOptions options);
  awaitable<ProbeResult> attempt(Deadline deadline) override;

 private:
  std::shared_ptr<http::Client> client_;
  http::Url url_;
  HttpOptions options_;
};

}  // namespace fleet::probers
