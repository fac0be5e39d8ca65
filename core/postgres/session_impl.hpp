// The inside of a Session, for session.cpp and client.cpp only.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/postgres/libpq.hpp"

namespace fleet::postgres {

/// The pipeline: statements go out as callers come, answers come back in the same order. One coroutine reads
/// while anyone waits; between statements nothing of the session is on the loop.
struct Session::Impl : std::enable_shared_from_this<Session::Impl> {
  struct Statement {
    std::string sql;
    std::string name;
    bool ready = false;  // the server has confirmed it
  };
  struct Waiter {
    Waiter(const asio::any_io_executor& executor, Deadline deadline) : event(executor, deadline.when()) {}
    asio::steady_timer event;  // cancelled when done, expires at the deadline
    bool done = false;
    std::shared_ptr<Statement> statement;  // the one it uses or prepares; none if it was sent as text
    ResultHandle result;
    std::optional<Error> error;
    std::exception_ptr failure;
  };

  Impl(const asio::any_io_executor& executor, ConnectionHandle opened, std::string server);
  ~Impl();

  /// Queues and sends one statement; the waiter is already done if that failed.
  std::shared_ptr<Waiter> send(const std::string& sql, const std::vector<std::string>& parameters,
                               Deadline deadline);
  /// Waits for the waiter's end; if its deadline passes first, the session is dropped.
  static awaitable<void> end_of(std::shared_ptr<Impl> self, std::shared_ptr<Waiter> waiter);
  /// Whether the statement failed only because it has to be prepared again.
  static bool is_stale(const Waiter& waiter);
  [[noreturn]] void refuse_as_broken() const;

  /// Closes the connection; whoever waits gets `why`.
  void drop(std::exception_ptr why);
  /// drop() with libpq's last message.
  void lost();
  /// True if the server has closed the connection while nobody used it; then the session is dropped. Never
  /// blocks.
  bool ended_while_idle();

  static awaitable<void> read(std::shared_ptr<Impl> self);
  void take_results();
  void take(ResultHandle result);
  static void finish(Waiter& waiter, std::exception_ptr failure);

  std::string server_name;
  int server_version;
  ConnectionHandle connection;
  asio::posix::stream_descriptor socket;  // borrowed from `connection`
  std::deque<std::shared_ptr<Waiter>> waiters;
  std::unordered_map<std::string, std::shared_ptr<Statement>> statements;  // by their text
  int statements_made = 0;
  bool reading = false;
  bool broken = false;
};

}  // namespace fleet::postgres
