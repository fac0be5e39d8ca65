// Pages of single targets, asked by name: what multi-target exporters have beside /metrics.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/daemon.hpp"
#include "core/io/deadline.hpp"
#include "core/metrics/families.hpp"
#include "core/web/server.hpp"

namespace fleet::exporters {

/// A request for a page that there is not; answered with 400 and what().
class BadTarget : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The parameters of a request, decoded, in order.
class TargetQuery {
 public:
  explicit TargetQuery(std::vector<std::pair<std::string, std::string>> parameters = {})
      : parameters_(std::move(parameters)) {}
  /// The first of that name, or "".
  std::string_view value(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// Fills the page of one target, or throws BadTarget. Runs on the worker io thread and should end by the
/// deadline.
using CollectTarget = std::function<awaitable<void>(TargetQuery, Deadline, Families&)>;

/// Serves such pages at one path: 200 with the page as the scraper prefers it, 400 for a BadTarget, 500 for
/// whatever else is thrown, 503 beyond --web.max-requests or if the worker is late. Counts them in
/// `<program>_target_requests_total{code}`. Must outlive the web server.
class TargetEndpoint {
 public:
  TargetEndpoint(std::string program, app::CommonFlags flags, app::Daemon& daemon, CollectTarget collect);
  ~TargetEndpoint();
  void add_route(web::Server& server, const std::string& path) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::exporters
