// A site, slo_prober that watches it, a real Prometheus and a real Alertmanager, on free ports.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/web/server.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// A web site on a thread of its own that is well or not, as it is told.
class Site {
 public:
  Site();
  ~Site();
  /// "127.0.0.1:PORT".
  const std::string& address() const { return address_; }
  void set_well(bool well) { well_ = well; }

 private:
  asio::io_context io_;
  web::Server server_{io_};
  std::string address_;
  std::atomic<bool> well_{true};
  std::thread thread_;
};

/// The programs. The prober has one target `front-door/home`, one service `Workspace` with the objective
/// `workspace`, and its vantage is point-7; Prometheus records 75 % of the budget left and 75 % of the last day
/// good, and fires InternalAlertName when the target fails.
class WatchedSystem {
 public:
  explicit WatchedSystem(const Site& site);
  void start_prometheus();
  void start_alertmanager();
  Process& prober() { return *prober_; }
  Process& prometheus() { return *prometheus_; }
  Process& alertmanager() { return *alertmanager_; }
  /// What the prober answers at that path.
  std::string body(const std::string& path) const;
  /// Waits, a minute at most, for /status.json to fulfil the condition; what it throws is "not yet". Returns
  /// whether it did.
  bool comes(const std::function<bool(const boost::json::object&)>& condition) const;

  const std::uint16_t port = free_port();
  const std::string prometheus_port = std::to_string(free_port()),
                    alertmanager_port = std::to_string(free_port());

 private:
  void write_files(const Site& site) const;
  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::unique_ptr<Process> start(std::vector<std::string> command) const;

  TemporaryDirectory directory_;
  std::unique_ptr<Process> prometheus_, alertmanager_, prober_;
};

/// Readings of /status.json; they throw if it has no such thing.
bool target_is(const boost::json::object& all, std::string_view state);
bool source_is(const boost::json::object& all, std::string_view source, std::string_view state);
/// The state of InternalAlertName, or "none".
std::string alert_state(const boost::json::object& all);

}  // namespace fleet::testing
