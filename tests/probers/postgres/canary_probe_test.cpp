// Canary writes on a real cluster, through a real failover.
#include "probers/postgres/canary_probe.hpp"

#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "probers/postgres/postgres_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using testing::PostgresServer;
using testing::wait_until;

namespace {

struct Watch {
  asio::io_context io;
  std::shared_ptr<CanaryProbe> probe;

  Watch(const std::string& options, const std::string& target) {
    auto const root = config::Document::parse("postgres: {check: canary, " + options + "}", "p.yml").root();
    auto const module = read_postgres(root.mapping({"postgres"}).optional("postgres"), root, {});
    probe = std::dynamic_pointer_cast<CanaryProbe>(module->probe({target, ""}));
  }
  ProbeResult attempt(std::chrono::milliseconds timeout = 5s, Notes* notes = nullptr) {
    return testing::run_on(io, attempt_once(*probe, Deadline::after(timeout), notes));
  }
};

double fact(const ProbeResult& result, const FactKind& kind, const std::string& node = "",
            const std::string& role = "") {
  for (auto const& one : result.facts.all()) {
    if (one.kind != &kind) continue;
    bool const same_node = node.empty() || one.labels.at(0).second == node;
    bool const same_role = role.empty() || one.labels.at(1).second == role;
    if (same_node && same_role) return one.value;
  }
  return -1;
}

PostgresServer& single() {
  static PostgresServer server;
  return server;
}

}  // namespace

TEST_CASE("canary: the operator's table and grants are enough") {
  auto const sql = testing::read_text(FLEET_SOURCE_DIR "/probers/postgres/canary_table.sql");
  single().run_sql(sql);
  single().run_sql(
      "CREATE ROLE slo_prober LOGIN; GRANT SELECT, INSERT, DELETE ON slo_prober_canary TO slo_prober");
  Watch watch("username: slo_prober, prober: p, keep: 10", single().address() + "/postgres");
  for (int i = 0; i < 30; ++i) {
    auto const result = watch.attempt();
    INFO(result.detail);
    REQUIRE(result.outcome == Outcome::good);
    CHECK(fact(result, facts::postgres_clean_success) == 1);
    CHECK(fact(result, facts::postgres_primary_info, single().address()) == 1);
    CHECK(fact(result, facts::postgres_timeline) == 1);
  }
  // The newest ten, and what has come since the last deletion.
  auto const rows = std::stoi(single().value("SELECT count(*) FROM slo_prober_canary WHERE prober = 'p'"));
  CHECK(rows >= 10);
  CHECK(rows <= 12);
  CHECK(single().value("SELECT count(DISTINCT token) FROM slo_prober_canary") == std::to_string(rows));

  single().run_sql("REVOKE DELETE ON slo_prober_canary FROM slo_prober");
  ProbeResult result;
  for (int i = 0; i < 3; ++i) result = watch.attempt();
  CHECK(result.outcome == Outcome::good);
  CHECK(fact(result, facts::postgres_clean_success) == 0);
  single().run_sql("REVOKE INSERT ON slo_prober_canary FROM slo_prober");
  result = watch.attempt();
  CHECK(result.reason == Reason::sql_error);
  CHECK(result.step == "write");
}

TEST_CASE("canary: rows of runs that are long over go, those of others stay") {
  single().run_sql(
      "DROP TABLE IF EXISTS old_rows; CREATE TABLE old_rows (LIKE slo_prober_canary INCLUDING ALL)");
  single().run_sql(
      "INSERT INTO old_rows VALUES ('p', 'before', 1, 't', now() - interval '8 days'), ('p', 'recent', 1, 't', "
      "now()),"
      "('other', 'before', 1, 't', now() - interval '8 days')");
  Watch watch("prober: p, table: old_rows", single().address());
  REQUIRE(watch.attempt().outcome == Outcome::good);
  CHECK(single().value(
            "SELECT string_agg(prober || run, ' ' ORDER BY prober, run) FROM old_rows WHERE sequence = 1") ==
        "otherbefore precent");
}

TEST_CASE("canary: the table is made where that is asked for") {
  single().run_sql("CREATE SCHEMA ops");
  Watch asks("table: ops.canary", single().address());
  auto const missing = asks.attempt();
  CHECK(missing.reason == Reason::sql_error);
  CHECK(missing.step == "write");
  Watch makes("table: ops.canary, create_table: true", single().address());
  CHECK(makes.attempt().outcome == Outcome::good);
  CHECK(asks.attempt().outcome == Outcome::good);
}

TEST_CASE("canary: a confirmed write that is gone is found by the next one, without a failover") {
  single().run_sql("CREATE TABLE gone (LIKE slo_prober_canary INCLUDING ALL)");
  Watch watch("prober: g, table: gone", single().address());
  for (int i = 0; i < 3; ++i) REQUIRE(watch.attempt().outcome == Outcome::good);
  single().run_sql("DELETE FROM gone WHERE sequence = (SELECT max(sequence) FROM gone)");
  auto const result = watch.attempt();
  CHECK(result.outcome == Outcome::bad);
  CHECK(result.reason == Reason::canary_lost);
  CHECK(result.step == "verify");
  CHECK_THAT(result.detail, Contains("1 of 3 confirmed canaries are gone"));
  CHECK(fact(result, facts::postgres_canaries_lost) == 1);
  CHECK(fact(result, facts::postgres_recovery) == -1);
  CHECK(watch.attempt().outcome == Outcome::good);
}

TEST_CASE("canary: a primary that refuses writes is none") {
  Watch watch("create_table: true", single().address());
  REQUIRE(watch.attempt().outcome == Outcome::good);
  single().run_sql("ALTER SYSTEM SET default_transaction_read_only = on");
  single().run_sql("SELECT pg_reload_conf()");
  ProbeResult result;
  CHECK(wait_until([&] { return (result = watch.attempt()).outcome == Outcome::bad; }));
  CHECK(result.reason == Reason::sql_role);
  CHECK(result.step == "roles");
  CHECK(fact(result, facts::postgres_role, single().address(), "read_only") == 1);
  CHECK(watch.probe->recoveries().failing_since());
  single().run_sql("ALTER SYSTEM RESET default_transaction_read_only");
  single().run_sql("SELECT pg_reload_conf()");
  CHECK(wait_until([&] { return (result = watch.attempt()).outcome == Outcome::good; }));
  REQUIRE(watch.probe->recoveries().last());
  CHECK(watch.probe->recoveries().last()->rto);
  CHECK(fact(result, facts::postgres_recovery) > 0);
  CHECK(fact(result, facts::postgres_canaries_lost) == 0);
}

TEST_CASE("canary: a commit that waits for a standby which is not there is not confirmed") {
  Watch watch("create_table: true, connect_timeout: 1s", single().address());
  REQUIRE(watch.attempt().outcome == Outcome::good);
  auto const newest = watch.probe->recoveries().newest();
  for (auto const* setting : {"synchronous_commit = on", "synchronous_standby_names = absent"}) {
    single().run_sql(std::string("ALTER SYSTEM SET ") + setting);
  }
  single().run_sql("SELECT pg_reload_conf()");
  REQUIRE(wait_until([&] { return single().value("SHOW synchronous_standby_names") == "absent"; }));
  for (int i = 0; i < 4; ++i) {
    auto const result = watch.attempt(300ms);
    CHECK(result.reason == Reason::timeout);
    CHECK(result.step == "write");
  }
  CHECK(watch.probe->recoveries().newest() == newest);
  CHECK(watch.probe->recoveries().failing_since());
  // Each attempt has ended the session that the one before left waiting.
  auto const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  CHECK(wait_until([&] { return single().value(waiting) == "1"; }));
  for (auto const* setting : {"synchronous_commit", "synchronous_standby_names"}) {
    single().run_sql(std::string("ALTER SYSTEM RESET ") + setting);
  }
  single().run_sql("SELECT pg_reload_conf()");
  ProbeResult after;
  CHECK(wait_until([&] { return (after = watch.attempt()).outcome == Outcome::good; }));
}

TEST_CASE("canary: a member that hangs or is none costs its own time only, and is told") {
  testing::SilentServer silent;
  auto const nodes = "create_table: true, nodes: ['" + single().address() + "', '" + silent.address() + "']";
  Watch strict(nodes + ", connect_timeout: 1s", "cluster");
  auto result = strict.attempt();
  CHECK(result.reason == Reason::timeout);
  CHECK(result.step == "replicas");
  CHECK_THAT(result.detail, Contains(silent.address()));
  CHECK(fact(result, facts::postgres_role, silent.address(), "unreachable") == 1);
  CHECK(fact(result, facts::postgres_primary_info, single().address()) == 1);
  Watch lenient(nodes + ", connect_timeout: 1s, required_replicas: 0", "cluster");
  CHECK(lenient.attempt().outcome == Outcome::good);
  Watch alone("", silent.address());
  result = alone.attempt(300ms);
  CHECK(result.reason == Reason::timeout);
  CHECK(result.step == "roles");
}

TEST_CASE("canary: read back on every replica; a failover with lost writes; two primaries") {
  PostgresServer first;
  auto const second = first.create_replica();
  auto const third = first.create_replica();
  auto const nodes = "create_table: true, nodes: ['" + first.address() + "', '" + second->address() + "', '" +
                     third->address() + "'], connect_timeout: 1s";
  Watch strict(nodes + ", max_replica_lag: 300ms, table: strict", "cluster/postgres");
  Watch watch(nodes + ", max_replica_lag: 20ms, required_replicas: 0", "cluster/postgres");

  Notes notes;
  ProbeResult result;
  // The first one makes the table, which the replicas learn of in their own time.
  REQUIRE(wait_until([&] { return (result = strict.attempt()).outcome == Outcome::good; }));
  result = strict.attempt(5s, &notes);
  INFO(result.detail);
  REQUIRE(result.outcome == Outcome::good);
  CHECK(notes.lines().size() == 6);
  for (auto const* replica : {second.get(), third.get()}) {
    CHECK(fact(result, facts::postgres_replica_lag, replica->address()) >= 0);
    CHECK(fact(result, facts::postgres_role, replica->address(), "replica") == 1);
  }
  CHECK(fact(result, facts::postgres_replica_lag, first.address()) == -1);
  CHECK(fact(result, facts::postgres_timeline) == 1);

  // A replica that applies nothing is late; the write itself is well.
  third->run_sql("SELECT pg_wal_replay_pause()");
  result = strict.attempt();
  CHECK(result.reason == Reason::canary_late);
  CHECK(result.step == "replicas");
  CHECK_THAT(result.detail, Contains(third->address()) && !Contains(second->address()));
  CHECK(fact(result, facts::postgres_replica_lag, second->address()) >= 0);
  third->run_sql("SELECT pg_wal_replay_resume()");

  // What comes from here on reaches no replica.
  for (int i = 0; i < 2; ++i) REQUIRE(watch.attempt().outcome == Outcome::good);
  for (auto const* replica : {second.get(), third.get()}) {
    REQUIRE(wait_until([&] {
      return replica->value("SELECT pg_last_wal_replay_lsn() >= '" +
                            first.value("SELECT pg_current_wal_lsn()") + "'") == "t";
    }));
    replica->run_sql("ALTER SYSTEM SET primary_conninfo = ''");
    replica->run_sql("SELECT pg_reload_conf()");
  }
  REQUIRE(wait_until([&] { return first.value("SELECT count(*) FROM pg_stat_replication") == "0"; }));
  for (int i = 0; i < 3; ++i) REQUIRE(watch.attempt().outcome == Outcome::good);

  first.process().signal_tree(SIGKILL);
  first.process().wait();
  result = watch.attempt();
  CHECK(result.outcome == Outcome::bad);
  CHECK(result.reason == Reason::sql_role);
  CHECK(result.step == "roles");
  CHECK_THAT(result.detail, Contains(first.address() + " unreachable (refused)"));
  auto const failing_since = watch.probe->recoveries().failing_since();
  REQUIRE(failing_since);

  second->promote();
  auto const promoted = RecoveryLedger::Time::clock::now();
  result = watch.attempt();
  INFO(result.detail);
  CHECK(result.reason == Reason::canary_lost);
  CHECK(result.step == "verify");
  CHECK_THAT(result.detail, Contains("3 of 5 confirmed canaries are gone"));
  auto const& seen = watch.probe->recoveries().last();
  REQUIRE(seen);
  CHECK(seen->before.node == first.address());
  CHECK(seen->after.node == second->address());
  CHECK(seen->after.timeline == 2);
  CHECK(seen->lost.size() == 3);
  CHECK(seen->lost.front().age > seen->lost.back().age);
  REQUIRE(seen->rto);
  CHECK(*seen->rto >= promoted - *failing_since);
  CHECK(seen->rto_at_most > *seen->rto);
  CHECK(seen->rpo > 0s);
  REQUIRE(seen->rpo_at_most);
  CHECK(*seen->rpo_at_most > seen->rpo);
  CHECK(fact(result, facts::postgres_canaries_lost) == 3);
  CHECK(fact(result, facts::postgres_recovery) == std::chrono::duration<double>(*seen->rto).count());
  CHECK(fact(result, facts::postgres_rpo) > 0);
  CHECK(fact(result, facts::postgres_timeline) == 2);
  CHECK(fact(result, facts::postgres_primary_info, second->address()) == 1);
  CHECK(fact(result, facts::postgres_primary_info, first.address()) == 0);
  CHECK(fact(result, facts::postgres_primary_moves) == 1);

  result = watch.attempt();
  CHECK(result.outcome == Outcome::good);
  CHECK(fact(result, facts::postgres_canaries_lost) == 3);

  // The old primary comes back as one.
  first.start();
  result = watch.attempt();
  CHECK(result.reason == Reason::sql_role);
  CHECK(result.step == "roles");
  CHECK_THAT(result.detail, Contains("more than one primary: "));
}
