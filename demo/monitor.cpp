#include "demo/monitor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <chrono>

#include "demo/pause.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

ComplianceReport::ComplianceReport()
    : open_violations{{"privacy_act_1988", 0},
                      {"family_law_act_1975", 0},
                      {"legal_profession_uniform_law", 0},
                      {"evidence_act_1995", 0}} {}

std::string dashboard_json(const ComplianceReport& report) {
  auto const status = [&report](std::int64_t open) {
    if (report.checks == 0) return "unknown";
    return open > 0 ? "violations" : "compliant";
  };
  std::int64_t all_open = 0;
  boost::json::array frameworks;
  for (auto const& [name, open] : report.open_violations) {
    all_open += open;
    boost::json::object framework;
    framework["name"] = name;
    framework["status"] = status(open);
    framework["open_violations"] = open;
    frameworks.push_back(std::move(framework));
  }
  boost::json::object dashboard;
  dashboard["status"] = status(all_open);
  dashboard["last_check_unix"] = report.last_check_unix;
  dashboard["checks_total"] = report.checks;
  dashboard["frameworks"] = std::move(frameworks);
  return boost::json::serialize(dashboard);
}

ComplianceMonitor::ComplianceMonitor(asio::io_context& io, std::string address, postgres::Options database,
                                     Faults& faults)
    : io_(io),
      faults_(faults),
      database_(io.get_executor(), std::move(database)),
      server_(io, std::move(address), [this](web::Server& server) {
        server.route("GET", "/api/compliance/dashboard",
                     [this](const web::Request&) { return serve(dashboard_json(report_)); });
      }) {}

void ComplianceMonitor::start() {
  server_.start();
  asio::co_spawn(io_, run(shared_from_this()), asio::detached);
}

void ComplianceMonitor::stop() {
  stopping_ = true;
  server_.stop();
}

awaitable<web::Response> ComplianceMonitor::serve(std::string body) {
  web::Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  co_return response;
}

awaitable<void> ComplianceMonitor::run(Self self) {
  auto next = std::chrono::steady_clock::now();
  while (!self->stopping_) {
    if (!self->faults_.active("monitor-stale") && std::chrono::steady_clock::now() >= next) {
      try {
        co_await check(self);
      } catch (const std::exception&) {  // the registers log outages of the same database; last_check_unix
                                         // tells the rest
      }
      next = std::chrono::steady_clock::now() + 2s;
    }
    co_await pause(200ms);
  }
}

awaitable<void> ComplianceMonitor::check(Self self) {
  std::string const statement =
      "SELECT framework, count(*) FROM compliance_violations WHERE resolved_at IS NULL GROUP BY framework";
  auto const rows = co_await self->database_.query(statement, Deadline::after(4s));
  auto const checks = self->report_.checks + 1;
  self->report_ = ComplianceReport();
  self->report_.checks = checks;
  self->report_.last_check_unix =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    self->report_.open_violations[std::string(rows.text(row, 0))] =
        static_cast<std::int64_t>(rows.number(row, 1));
  }
}

}  // namespace fleet::demo
