#include "demo/held_locks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/app/logging.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

HeldLocks::HeldLocks(asio::io_context& io, postgres::Options options, Faults& faults)
    : io_(io), options_(std::move(options)), faults_(faults), lock_ended_(io), transaction_ended_(io) {
  faults_.watch([this](std::string_view name) { apply_fault(name); });
}

void HeldLocks::stop() {
  lock_ended_.cancel();
  transaction_ended_.cancel();
}

void HeldLocks::apply_fault(std::string_view name) {
  if (name != "lock" && name != "long-transaction") return;
  if (!faults_.active(name)) {
    timer(name).cancel();
  } else if (!holding(name)) {
    asio::co_spawn(io_, hold(shared_from_this(), std::string(name)), asio::detached);
  }
}

awaitable<void> HeldLocks::hold(Self self, std::string fault) {
  self->holding(fault) = true;
  std::string failure;
  try {
    co_await keep_open(self, fault, std::chrono::seconds(static_cast<long>(self->faults_.number(fault))));
  } catch (const std::exception& e) {
    failure = e.what();
  }
  if (!failure.empty()) logging::warn("fault not possible", {{"fault", fault}, {"err", failure}});
  self->holding(fault) = false;
  self->faults_.clear(fault);
}

awaitable<void> HeldLocks::keep_open(Self self, std::string fault, std::chrono::seconds length) {
  auto options = self->options_;
  options.application_name = "legalllm-" + fault;
  options.statement_timeout = length + 30s;
  options.lock_timeout = length + 30s;
  auto const opening = Deadline::after(5s);
  auto const session = co_await postgres::Session::open(options, opening);
  auto const deadline = Deadline::after(10s);
  co_await session->query("BEGIN", deadline);
  std::string const statement = fault == "lock"
                                    ? "UPDATE cases SET status = status WHERE id = (SELECT max(id) FROM "
                                      "cases WHERE status = 'closed') RETURNING id"
                                    : "SELECT count(*) FROM cases";
  auto const rows = co_await session->query(statement, deadline);
  if (fault == "lock" && rows.size() > 0) {
    std::string const case_id(rows.text(0, 0));
    auto const waiter = co_await postgres::Session::open(options, Deadline::after(5s));
    asio::co_spawn(self->io_, wait_for_row(waiter, case_id, Deadline::after(length + 20s)), asio::detached);
  }
  if (!self->faults_.active(fault)) co_return;  // cleared meanwhile
  auto& ended = self->timer(fault);
  ended.expires_after(length);
  auto const [ignored] = co_await ended.async_wait(asio::as_tuple(asio::use_awaitable));
  (void)ignored;
  // Dropping the session ends the transaction and lets the waiter go on.
}

awaitable<void> HeldLocks::wait_for_row(Session session, std::string case_id, Deadline deadline) {
  std::vector<std::string> parameters{std::move(case_id)};
  try {
    co_await session->query("UPDATE cases SET status = status WHERE id = $1::bigint", std::move(parameters),
                            deadline);
  } catch (const std::exception& e) {
    logging::warn("waiting statement ended", {{"err", e.what()}});
  }
}

}  // namespace fleet::demo
