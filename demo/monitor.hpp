// The compliance monitor: checks the register of violations, and says what it found.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/io/deadline.hpp"
#include "core/postgres/session.hpp"
#include "core/web/server.hpp"
#include "demo/faults.hpp"
#include "demo/restartable_server.hpp"

namespace fleet::demo {

/// What the last check found. Plain data.
struct ComplianceReport {
  double last_check_unix = 0;  ///< seconds since 1970, 0 before the first check
  std::uint64_t checks = 0;
  std::map<std::string, std::int64_t> open_violations;  ///< by framework; the four known ones are always there

  ComplianceReport();
};

/// The answer of GET /api/compliance/dashboard:
///
///     {"status": "compliant" | "violations" | "unknown",
///      "last_check_unix": 1793692800.25,
///      "checks_total": 12,
///      "frameworks": [{"name": "privacy_act_1988", "status": "compliant" | "violations" | "unknown",
///      "open_violations": 0}, ...]}
///
/// "unknown" until the first check has succeeded. last_check_unix and checks_total stand still while checks
/// fail.
std::string dashboard_json(const ComplianceReport& report);

/// Checks every 2 s, unless the fault monitor-stale is in force, and serves the dashboard. Lives on one io
/// thread; destroy it after the io_context has stopped running.
class ComplianceMonitor : public std::enable_shared_from_this<ComplianceMonitor> {
 public:
  ComplianceMonitor(asio::io_context& io, std::string address, postgres::Options database, Faults& faults);
  /// Throws std::system_error if the address is taken.
  void start();
  void stop();

 private:
  using Self = std::shared_ptr<ComplianceMonitor>;
  static awaitable<void> run(Self self);
  static awaitable<void> check(Self self);
  static awaitable<web::Response> serve(std::string body);

  asio::io_context& io_;
  Faults& faults_;
  postgres::Client database_;
  RestartableServer server_;
  ComplianceReport report_;
  bool stopping_ = false;
};

}  // namespace fleet::demo
