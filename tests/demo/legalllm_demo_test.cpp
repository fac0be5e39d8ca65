// The demo as a process, against its own Redis and PostgreSQL.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "demo/agent_roster.hpp"
#include "tests/demo/demo_system.hpp"

namespace json = boost::json;
using namespace fleet::demo::testing;
using namespace fleet::testing;
using namespace std::chrono_literals;

TEST_CASE("the demo comes up") {
  auto& system = System::instance();
  system.require_ready();
  auto const health = http_get(system.interface_port, "/healthz");
  CHECK(health.status == 200);
  CHECK(json::parse(health.body).as_object().at("status").as_string() == "ok");
  for (auto const path : {"/", "/login", "/matters"})
    CHECK(http_get(system.interface_port, path).status == 200);
  CHECK(http_request("POST", system.interface_port, "/login").status == 303);
  auto const metrics = http_get(system.interface_port, "/metrics").body;
  CHECK(metrics.find("legalllm_requests_total{path=\"/matters\",code=\"200\"} 1") != std::string::npos);
  CHECK(metrics.find("legalllm_dependency_up{dependency=\"postgres\"} 1") != std::string::npos);
}

TEST_CASE("agents show cards and answer JSON-RPC") {
  auto& system = System::instance();
  system.require_ready();
  std::string const body = R"({"jsonrpc":"2.0","id":"p1","method":"GetTask","params":{"id":"none"}})";
  for (auto const& agent : fleet::demo::roster()) {
    CAPTURE(agent.name);
    auto const port = system.agent_port(agent.name);
    auto const card = http_get(port, "/.well-known/agent-card.json", {{"A2A-Version", "1.0"}});
    CHECK(card.status == 200);
    CHECK(card.headers.at("vary") == "A2A-Version");
    bool const speaks_new = agent.speech == fleet::demo::Speech::v1_0;
    auto const parsed = json::parse(card.body).as_object();
    CHECK(parsed.at("name").as_string() == std::string(agent.name).c_str());
    CHECK(parsed.contains("supportedInterfaces") == speaks_new);
    CHECK(http_get(port, "/.well-known/agent.json").body.find("0.2.5") != std::string::npos);
    auto const answer =
        http_request("POST", port, "/", {{"Content-Type", "application/json"}, {"A2A-Version", "1.0"}}, body);
    CHECK(answer.body.find(speaks_new ? "-32001" : "-32601") != std::string::npos);
    CHECK(http_request("POST", port, "/", {{"Content-Type", "text/plain"}}, body).status == 415);
  }
}

TEST_CASE("hops appear in the stream, and the registers hold rows") {
  auto& system = System::instance();
  system.require_ready();
  REQUIRE(wait_until([&] { return std::stol(system.length("a2a:hops")) > 100; }, 20s));
  auto hops = newest_hops(system, 50);
  REQUIRE(hops.size() == 50);
  for (auto& hop : hops) {
    CHECK(hop["v"] == "1");
    CHECK(hop["trace_id"].size() == 32);
    CHECK(fleet::demo::agent_index(hop["src"]) >= 0);
    CHECK(fleet::demo::agent_index(hop["dst"]) >= 0);
    CHECK((hop["op"] == "SendMessage" || hop["op"] == "message/send"));
    CHECK((hop["outcome"] == "ok" || hop["outcome"] == "error"));
    CHECK(milliseconds(hop, "t_enq_us", "t_deq_us") >= 0);
    CHECK(milliseconds(hop, "t_deq_us", "t_done_us") >= 1);
  }
  auto const started = system.coordinator.command({"HVALS", "a2a:hops:started"});
  std::istringstream in(started);
  long sum = 0;
  for (long value; in >> value;) sum += value;
  CHECK(sum >= 100);

  CHECK(system.sql("SELECT count(*) >= 200 FROM cases") == "t");
  CHECK(system.sql("SELECT count(*) > 0 FROM cases WHERE form13_data IS NOT NULL") == "t");
  CHECK(system.sql("SELECT count(*) > 0 FROM privacy_consents WHERE withdrawn_at IS NOT NULL") == "t");
  CHECK(system.sql("SELECT count(*) > 0 FROM privacy_consents WHERE expires_at < now()") == "t");
  CHECK(system.sql("SELECT count(*) FROM compliance_violations WHERE resolved_at IS NULL") == "0");
  CHECK(system.sql("SELECT count(*) >= 10 FROM compliance_violations") == "t");
  CHECK(wait_until(
      [&] { return system.sql("SELECT count(*) >= 500 FROM documents WHERE batch_id IS NOT NULL") == "t"; }));
}

TEST_CASE("batches finish, stall, and go on") {
  auto& system = System::instance();
  system.require_ready();
  REQUIRE(system.fault("documents-fail", "0.2").status == 200);
  REQUIRE(wait_until([&] { return count_events(system, "finished") >= 1; }, 40s));
  auto const all = records(system.newest(system.queue, "documents:batches", 100), "event");
  auto finished =
      *std::find_if(all.begin(), all.end(), [](auto& record) { return record.at("event") == "finished"; });
  auto const size = std::stoi(finished["size"]);
  CHECK(size >= 500);
  CHECK(std::stoi(finished["succeeded"]) + std::stoi(finished["failed"]) == size);
  CHECK(std::stoi(finished["failed"]) > size / 20);
  CHECK(finished["pipeline"] == "form13_intake");
  auto started = *std::find_if(all.begin(), all.end(), [&](auto& record) {
    return record.at("event") == "started" && record.at("batch_id") == finished["batch_id"];
  });
  for (std::string const name : {"queue", "process"}) {
    INFO(name);
    CHECK(std::ranges::count_if(all, [&](auto& record) {
            return record.at("event") == "stage" && record.at("batch_id") == finished["batch_id"] &&
                   record.at("stage") == name &&
                   std::stoll(record.at("began_us")) <= std::stoll(record.at("at_us"));
          }) == 1);
  }
  auto const seconds = static_cast<double>(std::stoll(finished["at_us"]) - std::stoll(started["at_us"])) / 1e6;
  CHECK(seconds > 10);
  CHECK(seconds < 35);
  CHECK(wait_until([&] {
    return system.sql("SELECT count(*) FROM documents WHERE batch_id = '" + finished["batch_id"] +
                      "' AND status IN ('processed', 'failed')") == finished["size"];
  }));

  REQUIRE(system.fault("batch-stall").status == 200);
  REQUIRE(wait_until([&] { return count_events(system, "started") > count_events(system, "finished"); }));
  auto const length = [&] { return system.queue.command({"LLEN", "document_processing_queue"}); };
  std::string waiting;
  auto const ended = count_events(system, "finished");
  // What a worker had taken already when the fault came still ends: it stands still a moment later.
  REQUIRE(wait_until(
      [&] {
        waiting = length();
        return !wait_until([&] { return length() != waiting; }, 1s);
      },
      30s));
  CHECK(count_events(system, "finished") == ended);
  system.clear();
  CHECK(wait_until([&] { return length() != waiting; }));
}

TEST_CASE("the interface can be killed and comes back") {
  auto& system = System::instance();
  system.require_ready();
  REQUIRE(system.fault("interface-down").status == 200);
  CHECK(wait_until([&] { return !accepts(system.interface_port); }));
  system.clear();
  CHECK(wait_until([&] { return accepts(system.interface_port); }));
  CHECK(http_get(system.interface_port, "/healthz").status == 200);
}

TEST_CASE("one agent can be down or late") {
  auto& system = System::instance();
  system.require_ready();
  REQUIRE(system.fault("agent-down", "research").status == 200);
  CHECK(wait_until([&] { return !accepts(system.agent_port("research")); }));
  CHECK(accepts(system.agent_port("intake")));
  CHECK(http_get(system.interface_port, "/healthz").body.find("degraded") != std::string::npos);
  CHECK(wait_until([&] { return system.coordinator.command({"LLEN", "a2a:queue:research"}) != "0"; }));
  CHECK(wait_until(
      [&] {
        auto hops = newest_hops(system, 100);
        return std::any_of(hops.begin(), hops.end(), [](auto& hop) {
          return hop["dst"] == "research" && hop["outcome"] == "timeout" && !hop.contains("t_deq_us");
        });
      },
      20s));
  system.clear();
  CHECK(wait_until([&] { return accepts(system.agent_port("research")); }));
  CHECK(wait_until([&] { return system.coordinator.command({"LLEN", "a2a:queue:research"}) == "0"; }));

  REQUIRE(system.fault("agent-delay", "research=120").status == 200);
  std::string const body = R"({"jsonrpc":"2.0","id":"p1","method":"GetTask","params":{"id":"none"}})";
  auto const begun = std::chrono::steady_clock::now();
  http_request("POST", system.agent_port("research"), "/", {{"Content-Type", "application/json"}}, body);
  CHECK(std::chrono::steady_clock::now() - begun >= 120ms);
  CHECK(wait_until([&] {
    auto hops = newest_hops(system, 40);
    return std::any_of(hops.begin(), hops.end(), [](auto& hop) {
      // The newest hops may still show one that timed out while the agent was down, which nobody ever took.
      return hop["dst"] == "research" && hop.contains("t_deq_us") &&
             milliseconds(hop, "t_deq_us", "t_done_us") >= 120;
    });
  }));
  system.clear();
}

TEST_CASE("a violation is open until it is cleared, and the monitor says so") {
  auto& system = System::instance();
  system.require_ready();
  auto const open = [&] {
    return system.sql("SELECT count(*) FROM compliance_violations WHERE resolved_at IS NULL");
  };
  REQUIRE(wait_until([&] { return system.dashboard().at("status").as_string() == "compliant"; }));
  REQUIRE(system.fault("violation", "evidence_act_1995/high").status == 200);
  CHECK(wait_until([&] { return open() == "1"; }));
  CHECK(system.sql("SELECT framework || severity FROM compliance_violations WHERE resolved_at IS NULL") ==
        "evidence_act_1995high");
  REQUIRE(system.fault("violation").status == 200);
  CHECK(wait_until([&] { return open() == "2"; }));
  CHECK(wait_until([&] { return system.dashboard().at("status").as_string() == "violations"; }));
  system.clear();
  CHECK(wait_until([&] { return open() == "0"; }));
  CHECK(wait_until([&] { return system.dashboard().at("status").as_string() == "compliant"; }));

  REQUIRE(system.fault("monitor-stale").status == 200);
  auto last = system.dashboard().at("checks_total").to_number<long>();
  CHECK_FALSE(
      wait_until([&] { return system.dashboard().at("checks_total").to_number<long>() > last + 1; }, 4s));
  system.clear();
  CHECK(wait_until([&] { return system.dashboard().at("checks_total").to_number<long>() > last + 1; }));
}

TEST_CASE("data is used after a withdrawal until that is cleared") {
  auto& system = System::instance();
  system.require_ready();
  auto const late_uses = [&] {
    return std::stol(
        system.sql("SELECT count(*) FROM processing_events e JOIN privacy_consents c USING (client_id, "
                   "consent_type) WHERE e.processed_at > c.withdrawn_at"));
  };
  CHECK(late_uses() == 0);
  REQUIRE(system.fault("consent-ignored").status == 200);
  CHECK(wait_until([&] { return late_uses() >= 2; }));
  system.clear();
  CHECK(wait_until([&] { return late_uses() == 0; }));
}

TEST_CASE("withdrawals stay pending until that is cleared") {
  auto& system = System::instance();
  system.require_ready();
  auto const pending = [&] {
    return system.sql(
        "SELECT count(*) FROM privacy_consents WHERE withdrawn_at IS NOT NULL AND withdrawal_actioned_at IS "
        "NULL");
  };
  CHECK(wait_until([&] { return pending() == "0"; }));
  REQUIRE(system.fault("withdrawal-stuck").status == 200);
  CHECK(wait_until([&] { return pending() == "1"; }));
  system.clear();
  CHECK(wait_until([&] { return pending() == "0"; }));
}

TEST_CASE("locks and long transactions are held, and end") {
  auto& system = System::instance();
  system.require_ready();
  auto const waiting = [&] { return system.sql("SELECT count(*) FROM pg_locks WHERE NOT granted"); };
  auto const idle = [&] {
    return system.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = "
        "'legalllm-long-transaction'");
  };
  REQUIRE(system.fault("lock", "60").status == 200);
  CHECK(wait_until([&] { return waiting() == "1"; }));
  REQUIRE(system.fault("long-transaction", "60").status == 200);
  CHECK(wait_until([&] { return idle() == "1"; }));
  system.clear();
  CHECK(wait_until([&] { return waiting() == "0"; }));
  CHECK(wait_until([&] { return idle() == "0"; }));

  REQUIRE(system.fault("lock", "1").status == 200);
  CHECK(wait_until([&] { return waiting() == "1"; }));
  CHECK(wait_until([&] { return waiting() == "0"; }));
  CHECK(wait_until([&] {
    auto const list = json::parse(http_get(system.control_port, "/faults").body);
    for (auto const& fault : list.as_array()) {
      if (fault.as_object().at("active").as_bool()) return false;
    }
    return true;
  }));
}

TEST_CASE("hops-burst sends more") {
  auto& system = System::instance();
  system.require_ready();
  auto const sent = [&] { return std::stol(system.length("a2a:hops")); };
  REQUIRE(system.fault("hops-burst", "1000").status == 200);
  auto const before = sent();
  REQUIRE(wait_until([&] { return sent() > before + 1000; }, 18s));  // 25 s at the normal pace
  system.clear();
}

TEST_CASE("the control API refuses what it does not know") {
  auto& system = System::instance();
  system.require_ready();
  auto const unknown = system.fault("agent-gone");
  CHECK(unknown.status == 404);
  CHECK(unknown.body.find("agent-down") != std::string::npos);
  auto const bad = system.fault("batch-slow", "fast");
  CHECK(bad.status == 400);
  CHECK(bad.body == "batch-slow: expected a factor from 1 to 1000\n");
  CHECK(http_get(system.control_port, "/fault/lock").status == 405);
  CHECK(http_request("POST", system.control_port, "/clear?name=agent-gone").status == 404);
}

TEST_CASE("the demo outlives its servers, and a restart finishes what it found") {
  auto& system = System::instance();
  system.require_ready();
  system.coordinator.freeze();
  system.queue.stop();
  system.postgres.stop();
  CHECK(wait_until(
      [&] { return http_get(system.interface_port, "/healthz").body.find("\"ok\"") == std::string::npos; }));
  REQUIRE(wait_until([&] {
    auto const body = http_get(system.interface_port, "/healthz").body;
    return body.find("\"redis_coordinator\":false") != std::string::npos &&
           body.find("\"redis_queue\":false") != std::string::npos &&
           body.find("\"postgres\":false") != std::string::npos;
  }));
  system.coordinator.thaw();
  system.queue.start();
  system.postgres.start();
  CHECK(wait_until([&] { return system.ready(); }, 20s));
  auto const hops = std::stol(system.length("a2a:hops"));
  CHECK(wait_until([&] { return std::stol(system.length("a2a:hops")) > hops + 20; }));

  REQUIRE(wait_until([&] { return count_events(system, "started") > count_events(system, "finished"); }, 30s));
  system.demo->kill9();
  auto const started = count_events(system, "started");
  system.start();
  CHECK(wait_until([&] { return count_events(system, "finished") >= started; }, 60s));
}

TEST_CASE("SIGTERM ends the demo") {
  auto& system = System::instance();
  system.require_ready();
  system.demo->signal(SIGTERM);
  CHECK(system.demo->wait(8s) == 0);
  auto const output = system.demo->output();
  CHECK(output.find("level=info component=legalllm_demo msg=stopped") != std::string::npos);
  CHECK(output.find("Sanitizer") == std::string::npos);
  INFO(output);
  CHECK(output.find("level=error") == std::string::npos);
}
