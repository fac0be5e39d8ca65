// Metrics of a run that no scraper could catch, left at a Prometheus Pushgateway.
#pragma once

#include <stdexcept>
#include <string>

#include "core/config/secret.hpp"
#include "core/http/client.hpp"
#include "core/metrics/families.hpp"

namespace fleet::probers {

struct PushOptions {
  http::Url gateway;     ///< its root, "http://pushgateway:9091", or with the path prefix it is served under
  std::string job;       ///< not empty
  std::string instance;  ///< the rest of the grouping key; empty is a value too
  std::string user;      ///< Basic authentication if not empty
  config::Secret password;
  net::TlsOptions tls;
};

/// what() says which gateway and why, without credentials.
class PushFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "/metrics/job/J/instance/I": values percent-encoded, and those that are empty or hold a slash as
/// "job@base64/..." in base64url (https://github.com/prometheus/pushgateway, "URL").
std::string push_path(const std::string& job, const std::string& instance);

/// PUTs the page in text format 0.0.4, in place of whatever that job and instance had. Throws PushFailure.
awaitable<void> push(PushOptions options, Families page, Deadline deadline);

}  // namespace fleet::probers
