// What commands of slo_prober are run against.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "core/web/server.hpp"

namespace fleet::testing {

/// A site and an agent on a thread of their own. /stalls is silent from half a second to one and a half after
/// its first request.
class SiteWithAgent {
 public:
  SiteWithAgent();
  ~SiteWithAgent();
  std::string url(const std::string& path = "") const { return "http://" + address_ + path; }

 private:
  using Clock = std::chrono::steady_clock;
  static awaitable<web::Response> stall(SiteWithAgent* site);

  asio::io_context io_;
  web::Server server_;
  std::string address_;
  Clock::time_point first_{};
  std::thread thread_;
};

}  // namespace fleet::testing
