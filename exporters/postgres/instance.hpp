// One PostgreSQL server: its session, its `server` label and what is known of its state.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <string>

#include "core/io/deadline.hpp"
#include "core/postgres/session.hpp"
#include "exporters/postgres/config.hpp"

namespace fleet::exporters::postgres {

using fleet::postgres::connection_lost;
using fleet::postgres::Rows;

/// Shared by all subjects of one server, whose statements go out together over one connection. Lives on the
/// worker io thread.
class Instance {
 public:
  Instance(asio::any_io_executor executor, InstanceConfig config);
  /// For one more database of the server that `config` names.
  Instance(asio::any_io_executor executor, InstanceConfig config, std::string database);

  const std::string& server() const { return server_; }  ///< "host:port", as postgres_exporter labels it
  /// What the collectors of this session are told apart by: server(), and for one more database of a server
  /// "host:port/database".
  const std::string& target() const { return target_; }
  const std::string& name() const { return config_.name; }
  const std::string& database() const { return client_.options().database; }

  /// 150004. Connects if there is no session; throws as fleet::postgres::Session::open.
  awaitable<int> version(Deadline deadline);
  /// Runs one statement; throws as fleet::postgres::Client::query, and counts it.
  awaitable<Rows> query(std::string sql, Deadline deadline);

  /// The same on a session of its own, opened for it, that has none of our settings: to ask what a session is
  /// given.
  awaitable<Rows> query_unlimited(std::string sql, Deadline deadline);

  /// When a statement last came back, whether with rows or refused: proof that the server was alive then.
  Deadline::Clock::time_point last_answer() const { return last_answer_; }
  /// Statements that ended in an error since the start of the program.
  std::uint64_t failed_statements() const { return failed_statements_; }

  /// Ends the session; the next statement opens another.
  void close() { client_.close(); }
  /// The executor that everything of this server runs on.
  const asio::any_io_executor& executor() const { return executor_; }
  const InstanceConfig& config() const { return config_; }

  /// Writes one log line when reachability changes, none while it stays. `why` is the error's text.
  void note_reachable(bool reachable, const std::string& why);

 private:
  static awaitable<Rows> ask_alone(fleet::postgres::Options options, std::string sql, Deadline deadline);
  awaitable<Rows> counted(awaitable<Rows> question);

  asio::any_io_executor executor_;
  InstanceConfig config_;
  fleet::postgres::Client client_;
  std::string server_, target_;
  Deadline::Clock::time_point last_answer_{};
  std::uint64_t failed_statements_ = 0;
  bool reachable_ = true;
};

}  // namespace fleet::exporters::postgres
