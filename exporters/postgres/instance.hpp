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

  const std::string& server() const { return server_; }  ///< "host:port", as postgres_exporter labels it
  const std::string& name() const { return name_; }
  const std::string& database() const { return client_.options().database; }

  /// 150004. Connects if there is no session; throws as fleet::postgres::Session::open.
  awaitable<int> version(Deadline deadline);
  /// Runs one statement; throws as fleet::postgres::Client::query, and counts it.
  awaitable<Rows> query(std::string sql, Deadline deadline);

  /// When a statement last came back, whether with rows or refused: proof that the server was alive then.
  Deadline::Clock::time_point last_answer() const { return last_answer_; }
  /// Statements that ended in an error since the start of the program.
  std::uint64_t failed_statements() const { return failed_statements_; }

  /// Writes one log line when reachability changes, none while it stays. `why` is the error's text.
  void note_reachable(bool reachable, const std::string& why);

 private:
  std::string name_;
  fleet::postgres::Client client_;
  std::string server_;
  Deadline::Clock::time_point last_answer_{};
  std::uint64_t failed_statements_ = 0;
  bool reachable_ = true;
};

}  // namespace fleet::exporters::postgres
