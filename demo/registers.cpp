#include "demo/registers.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/app/logging.hpp"
#include "demo/pause.hpp"
#include "demo/register_sql.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_waiting = 10'000;

/// Breaches that are one statement to plant and one to mend.
struct Breach {
  std::string_view fault, plant, mend;
};
const std::array<Breach, 4> breaches{{
    {"withdrawal-ignored", sql::withdraw_long_ago, sql::forget_withdrawal},
    {"expiry-ignored", sql::use_expired, sql::remove_expired_uses},
    {"form13-missing", sql::lose_form13, sql::complete_form13s},
    {"retention-overdue", sql::keep_too_long, sql::delete_overdue},
}};

/// Whether the same statement may succeed later: no connection, a restart, no resources, a lock, a standby, a
/// table that is yet to be made.
bool may_pass(const std::string& sqlstate) {
  static constexpr std::array<std::string_view, 6> classes{"08", "25", "40", "53", "55", "57"};
  auto const kind = std::string_view(sqlstate).substr(0, 2);
  return sqlstate.empty() || sqlstate == "42P01" ||
         std::find(classes.begin(), classes.end(), kind) != classes.end();
}

}  // namespace

Registers::Registers(asio::io_context& io, postgres::Options options, Faults& faults)
    : io_(io),
      faults_(faults),
      database_(io.get_executor(), options),
      outage_("postgresql " + options.server()),
      routine_due_(sql::routines().size()) {
  faults_.watch([this](std::string_view name) { apply_fault(name); });
}

void Registers::start() { asio::co_spawn(io_, run(shared_from_this()), asio::detached); }

void Registers::post(std::string statement, std::vector<std::string> parameters) {
  if (posted_.size() < most_waiting) posted_.push_back({std::move(statement), std::move(parameters)});
}

void Registers::apply_fault(std::string_view name) {
  if (name == "violation") {
    auto const& wanted = faults_.violations();
    if (wanted.empty() && violations_posted_ > 0) post(std::string(sql::resolve_violations));
    for (std::size_t i = violations_posted_; i < wanted.size(); ++i) {
      post(std::string(sql::insert_violation), {wanted[i].framework, wanted[i].severity});
    }
    violations_posted_ = wanted.size();
  } else if (name == "withdrawal-stuck" && faults_.active(name)) {
    post(std::string(sql::withdraw_one));
  } else if (name == "withdrawal-stuck") {
    act_on_withdrawals();
  } else if (auto const planted = std::find_if(breaches.begin(), breaches.end(),
                                               [&](auto const& breach) { return breach.fault == name; });
             planted != breaches.end()) {
    post(std::string(faults_.active(name) ? planted->plant : planted->mend));
  } else if (name == "consent-ignored" && !faults_.active(name)) {
    ignored_.reset();
    post(std::string(sql::remove_late_uses));
    act_on_withdrawals();
  }
}

void Registers::act_on_withdrawals() {
  if (faults_.active("withdrawal-stuck") || faults_.active("consent-ignored") ||
      faults_.active("withdrawal-ignored"))
    return;
  post(std::string(sql::act_on_withdrawals));
  next_action_ = std::chrono::steady_clock::now() + 15s;
}

void Registers::post_due_routines() {
  auto const now = std::chrono::steady_clock::now();
  if (now >= next_action_) act_on_withdrawals();
  if (faults_.active("expiry-ignored") && now >= next_expired_use_) {
    post(std::string(sql::use_expired));
    next_expired_use_ = now + 2s;
  }
  auto const routines = sql::routines();
  for (std::size_t i = 0; i < routines.size(); ++i) {
    if (now < routine_due_[i]) continue;
    // The first time only sets the pace: a demo that is restarted often does not withdraw a consent each time.
    if (routine_due_[i] != std::chrono::steady_clock::time_point()) post(std::string(routines[i].statement));
    routine_due_[i] = now + std::chrono::seconds(routines[i].every_seconds);
  }
}

awaitable<postgres::Rows> Registers::query(Self self, std::string statement,
                                           std::vector<std::string> parameters) {
  auto const deadline = Deadline::after(10s);
  auto const session = co_await self->database_.session(deadline);
  co_return co_await session->query(std::move(statement), std::move(parameters), deadline);
}

awaitable<void> Registers::run(Self self) {
  while (!self->stopping_) {
    co_await pause(200ms);
    std::string failure;
    try {
      if (!self->seeded_) co_await seed(self);
      co_await write_posted(self);
      co_await ignore_withdrawal(self);
      self->outage_.present();
      self->post_due_routines();
    } catch (const std::exception& e) {
      failure = e.what();
    }
    if (!failure.empty()) {
      self->outage_.lost(failure);
      co_await pause(500ms);
    }
  }
}

awaitable<void> Registers::seed(Self self) {
  std::vector<std::string> const none;
  auto const rows = co_await query(self, "SELECT count(*) FROM (SELECT FROM cases LIMIT 1) AS any_case", none);
  if (rows.number(0, 0) == 0) {
    for (auto const statement : sql::seeds()) {
      std::string const text(statement);
      co_await query(self, text, none);
    }
    logging::info("registers seeded");
  }
  // In front of what others have posted meanwhile, which may be this process' own faults.
  if (!self->faults_.active("violation")) self->posted_.push_front({std::string(sql::resolve_violations), {}});
  if (!self->faults_.active("consent-ignored"))
    self->posted_.push_front({std::string(sql::remove_late_uses), {}});
  for (auto const& breach : breaches) {
    if (!self->faults_.active(breach.fault)) self->posted_.push_front({std::string(breach.mend), {}});
  }
  for (auto const statement : sql::tidy_up()) self->post(std::string(statement));
  self->seeded_ = true;
}

awaitable<void> Registers::write_posted(Self self) {
  while (!self->posted_.empty() && !self->stopping_) {
    auto const write = self->posted_.front();
    std::string refusal;
    try {
      co_await query(self, write.statement, write.parameters);
    } catch (const postgres::Error& e) {
      if (may_pass(e.sqlstate())) throw;
      refusal = e.what();
    }
    if (!refusal.empty()) logging::error("statement refused", {{"err", refusal}});
    self->posted_.pop_front();
  }
}

awaitable<void> Registers::ignore_withdrawal(Self self) {
  auto const now = std::chrono::steady_clock::now();
  if (!self->faults_.active("consent-ignored") || now < self->next_use_) co_return;
  self->next_use_ = now + 1s;
  if (!self->ignored_) {
    std::vector<std::string> const none;
    std::string const statement(sql::withdraw_one);
    auto const rows = co_await query(self, statement, none);
    if (rows.size() == 0) co_return;
    self->ignored_.emplace(std::string(rows.text(0, 0)), std::string(rows.text(0, 1)));
    co_return;  // the use comes in a later transaction, so that its time is after the withdrawal
  }
  std::vector<std::string> parameters{self->ignored_->first, self->ignored_->second};
  self->post(std::string(sql::use_consent), std::move(parameters));
}

}  // namespace fleet::demo
