// The faults `lock` and `long-transaction`: transactions that stay open.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/io/deadline.hpp"
#include "core/postgres/session.hpp"
#include "demo/faults.hpp"

namespace fleet::demo {

/// lock: one transaction holds a case's row for so many seconds while another waits for it; nobody else needs
/// that lock. long-transaction: a transaction reads and then stays open and idle. Each ends when its time is up
/// (the fault is then cleared here) or the fault is cleared. What the database refuses is logged and clears the
/// fault. Lives on one io thread.
class HeldLocks : public std::enable_shared_from_this<HeldLocks> {
 public:
  HeldLocks(asio::io_context& io, postgres::Options options, Faults& faults);
  void stop();

 private:
  using Self = std::shared_ptr<HeldLocks>;
  using Session = std::shared_ptr<postgres::Session>;
  void apply_fault(std::string_view name);
  static awaitable<void> hold(Self self, std::string fault);
  static awaitable<void> keep_open(Self self, std::string fault, std::chrono::seconds length);
  static awaitable<void> wait_for_row(Session session, std::string case_id, Deadline deadline);
  asio::steady_timer& timer(std::string_view fault) {
    return fault == "lock" ? lock_ended_ : transaction_ended_;
  }
  bool& holding(std::string_view fault) { return fault == "lock" ? lock_held_ : transaction_open_; }

  asio::io_context& io_;
  postgres::Options options_;
  Faults& faults_;
  asio::steady_timer lock_ended_, transaction_ended_;
  bool lock_held_ = false, transaction_open_ = false;
};

}  // namespace fleet::demo
