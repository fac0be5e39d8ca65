// Rereading the configuration, and what became of it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/io/deadline.hpp"
#include "core/metrics/instruments.hpp"

namespace fleet::app {

/// Runs a reload hook on the worker thread, from whichever thread asks. Must outlive the worker's thread.
class Reloader {
 public:
  /// What the hook said was wrong; nullopt: the new configuration is in use.
  using Outcome = std::optional<std::string>;

  /// Counts the configuration that the program started with as a successful load.
  Reloader(const std::string& program, asio::io_context& worker,
           std::shared_ptr<const std::function<void()>> hook, Instruments& instruments);
  /// Queues a reload and returns; `done` is called on the worker thread. Any thread. Does nothing without a
  /// hook.
  void reload(std::function<void(Outcome)> done);
  bool possible() const { return static_cast<bool>(*hook_); }

 private:
  Outcome attempt();

  asio::io_context& worker_;
  std::shared_ptr<const std::function<void()>> hook_;
  Gauge& successful_;
  Gauge& success_time_;
};

}  // namespace fleet::app
