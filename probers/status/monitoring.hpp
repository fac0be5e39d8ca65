// Asks Prometheus and Alertmanager, again and again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "probers/status/board.hpp"
#include "probers/status/findings.hpp"

namespace fleet::probers::status {

/// Keeps Findings up to date: alerts and silences every `refresh`, objectives every 5 s, burn-downs, days and
/// incidents every minute. Each question has a deadline. A source that does not answer is a Source that says
/// why, and one log line; what it said last stays. One io thread; destroying it ends it.
class Monitoring {
 public:
  using Changed = std::function<void(Change)>;

  /// `changed` is told whenever findings() are other than before.
  Monitoring(asio::any_io_executor executor, std::shared_ptr<const StatusConfig> config, Changed changed);
  ~Monitoring();
  Monitoring(const Monitoring&) = delete;

  const Findings& findings() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::probers::status
