// The rows of the four registers, written as the real system would: a database that is away delays writes, it
// loses none.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/postgres/session.hpp"
#include "demo/faults.hpp"
#include "demo/outage_log.hpp"

namespace fleet::demo {

/// Seeds empty tables, keeps ordinary business going and writes what others post, one statement after the other
/// on one session. Withdrawals are acted on within seconds. Obeys the faults that plant one breach each
/// (withdrawal-ignored, expiry-ignored, form13-missing, retention-overdue; cleared: mended), violation (rows
/// with rule `injected`; cleared: resolved) and consent-ignored (one consent is withdrawn, uses of it are
/// recorded every second; cleared: those uses are removed). Lives on one io thread.
class Registers : public std::enable_shared_from_this<Registers> {
 public:
  Registers(asio::io_context& io, postgres::Options options, Faults& faults);

  void start();
  void stop() { stopping_ = true; }
  /// Writes soon, in order of posting, until the database has taken it; a statement that it refuses is logged
  /// and dropped. At most 10,000 wait, further ones are dropped.
  void post(std::string statement, std::vector<std::string> parameters = {});
  bool database_up() const { return outage_.up(); }
  /// Whether the tables have been seeded, or were not empty.
  bool seeded() const { return seeded_; }

 private:
  using Self = std::shared_ptr<Registers>;
  struct Write {
    std::string statement;
    std::vector<std::string> parameters;
  };
  static awaitable<void> run(Self self);
  static awaitable<void> seed(Self self);
  static awaitable<void> write_posted(Self self);
  static awaitable<void> ignore_withdrawal(Self self);
  static awaitable<postgres::Rows> query(Self self, std::string statement, std::vector<std::string> parameters);

  void post_due_routines();
  void act_on_withdrawals();
  void apply_fault(std::string_view name);

  asio::io_context& io_;
  Faults& faults_;
  postgres::Client database_;
  OutageLog outage_;
  std::deque<Write> posted_;
  std::vector<std::chrono::steady_clock::time_point> routine_due_;
  std::size_t violations_posted_ = 0;
  std::optional<std::pair<std::string, std::string>> ignored_;  // client and type of the withdrawn consent
  std::chrono::steady_clock::time_point next_use_, next_action_, next_expired_use_;
  bool seeded_ = false;
  bool stopping_ = false;
};

}  // namespace fleet::demo
