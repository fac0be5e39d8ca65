// The ten agents' HTTP side: one server each, with cards and JSON-RPC.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/server.hpp"
#include "demo/a2a_answers.hpp"
#include "demo/faults.hpp"
#include "demo/restartable_server.hpp"

namespace fleet::demo {

/// Owns the agents. Agent i of the roster listens on host:(base_port + i). Obeys the faults agent-down and
/// agent-delay. Lives on one io thread; destroy it after the io_context has stopped running.
class Agents {
 public:
  Agents(asio::io_context& io, const std::string& host, std::uint16_t base_port, std::uint64_t seed,
         Faults& faults, Instruments& instruments);
  ~Agents();
  Agents(const Agents&) = delete;

  /// Throws std::system_error if a port is taken.
  void start();
  void stop();

  /// What agent `index` answers to a JSON-RPC request, and how long its work takes now (1 to 8 ms, plus
  /// agent-delay).
  std::string answer(std::size_t index, std::string_view request, std::string_view version);
  std::chrono::microseconds work_time(std::size_t index);
  std::size_t running() const;

 private:
  struct Agent;
  void apply_faults();
  web::Response card(const Agent& agent, CardForm form) const;
  static awaitable<web::Response> serve_rpc(Agents* self, std::size_t index, const web::Request& request);
  static awaitable<web::Response> serve_page(web::Response response);

  asio::io_context& io_;
  Faults& faults_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::mt19937_64 random_;
  bool started_ = false;
};

}  // namespace fleet::demo
