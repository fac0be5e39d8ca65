#include "probers/postgres/canary_probe.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/io/seconds.hpp"
#include "probers/postgres/canary_arrival.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;
using std::chrono::milliseconds;

constexpr std::string_view undefined_table = "42P01";

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return *name != '\0' ? name : "unnamed";
}

// Above every number of an earlier run under the same owner, were there one.
std::int64_t first_sequence() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::string milliseconds_text(std::chrono::nanoseconds length) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(length).count()) + " ms";
}

// Runs all at once and waits for each; the works see to their own deadlines and let nothing escape.
awaitable<void> all(std::vector<awaitable<void>> works) {
  auto const executor = co_await asio::this_coro::executor;
  using Operation = decltype(asio::co_spawn(executor, std::declval<awaitable<void>>(), asio::deferred));
  std::vector<Operation> operations;
  for (auto& work : works) operations.push_back(asio::co_spawn(executor, std::move(work), asio::deferred));
  if (operations.empty()) co_return;
  auto group = asio::experimental::make_parallel_group(std::move(operations));
  auto [order, failures] = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  for (auto const& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

// One member of the cluster during one attempt.
struct CanaryProbe::Node {
  ServerAddress address;
  ServerView view;
  std::shared_ptr<postgres::Session> session;
  Arrival arrival;  // of the canary, on a replica
};

struct CanaryProbe::Run {
  explicit Run(Attempt given) : attempt(given) {}
  Attempt attempt;
  Clock::time_point begun = Clock::now();
  ProbeResult result;
  std::vector<std::shared_ptr<Node>> nodes;
  std::shared_ptr<Node> primary;
  Canary canary{0, ""};
  Clock::time_point confirmed{};
};

CanaryProbe::CanaryProbe(ServerAddress target, std::shared_ptr<const CanaryOptions> options)
    : nodes_(options->nodes),
      options_(std::move(options)),
      table_(options_->table),
      owner_{options_->prober.empty() ? host_name() : options_->prober, TraceContext::make().trace_id()},
      ledger_(options_->keep) {
  if (nodes_.empty()) nodes_.push_back(target);
  for (auto& node : nodes_) {
    if (!target.database.empty()) node.database = target.database;
  }
}

awaitable<ProbeResult> CanaryProbe::attempt(Attempt attempt) {
  Run run(attempt);
  run.result.phase_kind = &facts::postgres_phase_duration;
  co_await find_primary(run);
  if (run.primary) co_await write(run);
  // A canary that was not confirmed is not looked for.
  if (run.confirmed != Clock::time_point{}) {
    co_await verify(run);
    co_await read_back(run);
    co_await clean(run);
  }
  add_recovery_facts(run.result.facts);
  co_return std::move(run.result);
}

awaitable<void> CanaryProbe::look(std::shared_ptr<Node> node, Deadline limit, Deadline end) const {
  auto const label = node->address.label();
  node->view.node = label;
  try {
    auto connected = co_await open_session(node->address, options_->connection, false, limit, end);
    node->session = std::move(connected.session);
    node->view = co_await look_at(node->session, label, limit);
  } catch (const std::exception& error) {
    auto trouble = trouble_of(error);
    if (!trouble) throw;
    node->session.reset();
    node->view.role = ServerRole::unreachable;
    node->view.reason = trouble->reason;
    node->view.detail = trouble->detail;
    node->arrival.trouble = std::move(*trouble);
  }
}

awaitable<void> CanaryProbe::find_primary(Run& run) {
  // A node that does not answer may not use up the time that the others need.
  auto const half = run.attempt.deadline.remaining() / 2;
  auto const limit = run.attempt.deadline.or_after(std::min<Clock::duration>(half, options_->connect_timeout));
  std::vector<awaitable<void>> looks;
  for (auto const& address : nodes_) {
    run.nodes.push_back(std::make_shared<Node>());
    run.nodes.back()->address = address;
    looks.push_back(look(run.nodes.back(), limit, run.attempt.deadline));
  }
  co_await all(std::move(looks));
  add_phase(run.result.phases, "roles", Clock::now() - run.begun);

  std::vector<ServerView> views;
  for (auto const& node : run.nodes) {
    views.push_back(node->view);
    add_role_facts(run.result.facts, node->view);
    if (run.attempt.explains()) {
      run.attempt.note(node->view.node + " is " + std::string(to_string(node->view.role)) +
                       (node->view.detail.empty() ? "" : ": " + node->view.detail));
    }
  }
  auto verdict = judge_roles(views);
  for (std::size_t i = 0; i < views.size(); ++i) {
    run.result.facts.set(facts::postgres_primary_info, {{"node", views[i].node}}, verdict.primary == i ? 1 : 0);
  }
  if (verdict.primary) {
    run.primary = run.nodes[*verdict.primary];
    if (run.primary->view.timeline) run.result.facts.set(facts::postgres_timeline, run.primary->view.timeline);
    co_return;
  }
  run.result.fail(verdict.reason, "roles", std::move(verdict.detail));
  // With two primaries writes are taken, only nobody knows which of them will stay.
  bool const none = std::none_of(views.begin(), views.end(),
                                 [](auto const& view) { return view.role == ServerRole::primary; });
  if (none) ledger_.fail(run.begun);
}

awaitable<void> CanaryProbe::write(Run& run) {
  last_sequence_ = std::max(last_sequence_ + 1, first_sequence());
  run.canary = Canary{last_sequence_, TraceContext::make().trace_id()};
  auto const previous = ledger_.newest();
  bool previous_gone = false;
  auto const begin = Clock::now();
  try {
    co_await end_abandoned(run);
    co_await insert(run, previous, previous_gone);
  } catch (const std::exception& error) {
    auto trouble = trouble_of(error);
    if (!trouble) throw;
    add_phase(run.result.phases, "write", Clock::now() - begin);
    run.result.fail(trouble->reason, "write", run.primary->view.node + ": " + trouble->detail);
    ledger_.fail(run.begun);
    if (trouble->reason == Reason::timeout)
      abandoned_[run.primary->view.node].push_back(run.primary->view.backend);
    co_return;
  }
  run.confirmed = Clock::now();
  add_phase(run.result.phases, "write", run.confirmed - begin);
  auto const& view = run.primary->view;
  PrimaryIdentity const by{view.node, view.timeline, view.started};
  ledger_.confirm(run.canary.sequence, run.begun, run.confirmed, by, previous_gone);
  if (run.attempt.explains())
    run.attempt.note("written on " + view.node + " in " + milliseconds_text(run.confirmed - begin));
}

// A commit that waits for a standby outlives its client: one such session an attempt would use up the server's.
awaitable<void> CanaryProbe::end_abandoned(Run& run) {
  auto const found = abandoned_.find(run.primary->view.node);
  if (found == abandoned_.end()) co_return;
  auto backends = std::move(found->second);
  abandoned_.erase(found);
  try {
    co_await end_waiting_commits(run.primary->session, std::move(backends), run.attempt.deadline);
  } catch (const postgres::Error& error) {
    if (error.sqlstate().empty()) throw;
    run.attempt.note("a commit that was given up still waits: " + std::string(error.what()));
  }
}

awaitable<void> CanaryProbe::insert(Run& run, std::optional<std::int64_t> previous, bool& previous_gone) {
  auto const session = run.primary->session;
  auto const deadline = run.attempt.deadline;
  for (bool again = false;; again = true) {
    bool missing = false;
    try {
      auto const written = co_await table_.write(session, owner_, run.canary, previous, deadline);
      previous_gone = written.previous_gone;
    } catch (const postgres::Error& error) {
      missing = options_->create_table && !again && error.sqlstate() == undefined_table;
      if (!missing) throw;
    }
    if (!missing) co_return;
    co_await table_.create(session, deadline);
  }
}

awaitable<void> CanaryProbe::verify(Run& run) {
  if (!ledger_.must_check()) co_return;
  auto due = ledger_.due();
  auto const begin = Clock::now();
  std::vector<std::int64_t> present;
  try {
    if (!due.empty()) {
      present = co_await table_.present(run.primary->session, owner_, std::move(due), run.attempt.deadline);
    }
  } catch (const std::exception& error) {
    auto trouble = trouble_of(error);
    if (!trouble) throw;
    run.result.fail(trouble->reason, "verify", run.primary->view.node + ": " + trouble->detail);
    co_return;
  }
  auto const now = Clock::now();
  add_phase(run.result.phases, "verify", now - begin);
  auto const seen = ledger_.checked(present, now);
  if (!seen) co_return;
  if (run.attempt.explains()) {
    run.attempt.note("the primary was " + seen->before.node + " and is " + seen->after.node + ": " +
                     std::to_string(seen->lost.size()) + " of " + std::to_string(seen->checked) +
                     " confirmed canaries are gone");
  }
  if (seen->lost.empty()) co_return;
  run.result.fail(Reason::canary_lost, "verify",
                  std::to_string(seen->lost.size()) + " of " + std::to_string(seen->checked) +
                      " confirmed canaries are gone, the oldest written " +
                      milliseconds_text(seen->lost.front().age) + " ago, the newest " +
                      milliseconds_text(seen->lost.back().age) + " ago; the primary was " + seen->before.node +
                      " and is " + seen->after.node);
}

awaitable<void> CanaryProbe::read_back(Run& run) {
  auto const begin = Clock::now();
  std::vector<awaitable<void>> reads;
  std::vector<std::shared_ptr<Node>> others;
  for (auto const& node : run.nodes) {
    if (node == run.primary) continue;
    others.push_back(node);
    if (node->session) reads.push_back(read_on(node, run.canary, run.confirmed, run.attempt.deadline));
  }
  if (others.empty()) co_return;
  co_await all(std::move(reads));
  add_phase(run.result.phases, "replicas", Clock::now() - begin);

  std::size_t shown = 0;
  const Node* worst = nullptr;
  std::string details;
  for (auto const& node : others) {
    if (node->arrival.lag) {
      ++shown;
      run.result.facts.set(facts::postgres_replica_lag, {{"node", node->view.node}},
                           seconds(*node->arrival.lag));
      if (run.attempt.explains())
        run.attempt.note("seen on " + node->view.node + " after " + milliseconds_text(*node->arrival.lag));
      continue;
    }
    if (!worst) worst = node.get();
    details += (details.empty() ? "" : "; ") + node->view.node + ": " + node->arrival.trouble.detail;
  }
  if (worst && shown < options_->required_replicas.value_or(others.size())) {
    run.result.fail(worst->arrival.trouble.reason, "replicas", std::move(details));
  }
}

awaitable<void> CanaryProbe::read_on(std::shared_ptr<Node> replica, Canary canary, Clock::time_point confirmed,
                                     Deadline deadline) const {
  replica->arrival = co_await await_canary(replica->session, table_, owner_, canary, confirmed,
                                           options_->max_replica_lag, deadline);
}

awaitable<void> CanaryProbe::clean(Run& run) {
  // Now and then: a tenth more rows than are remembered.
  auto const oldest = ledger_.oldest().value_or(0);
  bool const due = since_cleaned_ == 0 || since_cleaned_ > options_->keep / 10;
  auto const session = run.primary->session;
  if (due && !session->broken() && !run.attempt.deadline.expired()) {
    try {
      co_await table_.clean(session, owner_, oldest, run.attempt.deadline);
      clean_success_ = true;
      since_cleaned_ = 0;
    } catch (const std::exception& error) {
      auto const trouble = trouble_of(error);
      if (!trouble) throw;
      clean_success_ = false;
      if (run.attempt.explains()) run.attempt.note("old canaries were not deleted: " + trouble->detail);
    }
  }
  ++since_cleaned_;
  if (clean_success_) run.result.facts.set(facts::postgres_clean_success, *clean_success_ ? 1 : 0);
}

void CanaryProbe::add_recovery_facts(Facts& facts) const {
  facts.set(facts::postgres_primary_moves, static_cast<double>(ledger_.moves()));
  auto const& last = ledger_.last();
  if (!last) return;
  facts.set(facts::postgres_canaries_lost, static_cast<double>(last->lost.size()));
  if (last->rto) facts.set(facts::postgres_recovery, seconds(*last->rto));
  facts.set(facts::postgres_recovery_at_most, seconds(last->rto_at_most));
  facts.set(facts::postgres_rpo, seconds(last->rpo));
  if (last->rpo_at_most) facts.set(facts::postgres_rpo_at_most, seconds(*last->rpo_at_most));
  if (last->lost.empty()) return;
  facts.set(facts::postgres_lost_age, {{"canary", "oldest"}}, seconds(last->lost.front().age));
  facts.set(facts::postgres_lost_age, {{"canary", "newest"}}, seconds(last->lost.back().age));
}

}  // namespace fleet::probers
