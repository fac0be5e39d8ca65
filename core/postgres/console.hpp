// The simple query protocol: for PgBouncer's admin console, which speaks no other.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "core/postgres/session.hpp"

namespace fleet::postgres {

/// Keeps one connection, opened on demand, and sends one command at a time; callers wait for their turn.
/// Nothing of a session's settings is asked for (Options::limited is taken as false): a console would refuse
/// the connection. Lives on one io thread.
class Console {
 public:
  Console(asio::any_io_executor executor, Options options);
  /// The rows of one command; of several, those of the last. Throws as Client::query; a kept connection that
  /// turns out to be dead is replaced once.
  awaitable<Rows> query(std::string command, Deadline deadline);
  const Options& options() const;

 private:
  struct Impl;
  static awaitable<void> ask(std::shared_ptr<Impl> impl, std::string command, Rows& rows);
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::postgres
