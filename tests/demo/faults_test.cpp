#include "demo/faults.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace fleet::demo;
using Catch::Matchers::Contains;

TEST_CASE("nothing is wrong at first") {
  Faults const faults;
  for (auto const& kind : Faults::kinds()) CHECK_FALSE(faults.active(kind.name));
  CHECK_FALSE(faults.interface_down());
  CHECK(faults.agent_delay("research") == 0ms);
  CHECK(faults.batch_slowness() == 1);
  CHECK(faults.documents_fail_share() == 0);
  CHECK(faults.number("hops-burst") == 0);
}

TEST_CASE("a fault without a value takes its default") {
  Faults faults;
  faults.set("batch-slow", "");
  CHECK(faults.batch_slowness() == 6);
  faults.set("batch-slow", "2.5");
  CHECK(faults.batch_slowness() == 2.5);
  CHECK(faults.value("batch-slow") == "2.5");
  faults.set("batch-stall", "");
  CHECK(faults.batch_slowness() == 0);
  faults.set("documents-fail", "");
  CHECK(faults.documents_fail_share() == 0.5);
  faults.set("lock", "");
  CHECK(faults.number("lock") == 120);
  faults.set("hops-burst", "");
  CHECK(faults.number("hops-burst") == 2000);
}

TEST_CASE("agents are delayed all or one by one") {
  Faults faults;
  faults.set("agent-delay", "200");
  CHECK(faults.agent_delay("research") == 200ms);
  faults.set("agent-delay", "research=5");
  CHECK(faults.agent_delay("research") == 5ms);
  CHECK(faults.agent_delay("intake") == 200ms);
  CHECK(faults.value("agent-delay") == "200,research=5");
  faults.clear("agent-delay");
  CHECK(faults.agent_delay("research") == 0ms);
  CHECK(faults.agent_delay("intake") == 0ms);
}

TEST_CASE("several agents can be down, several violations open") {
  Faults faults;
  faults.set("agent-down", "research");
  faults.set("agent-down", "intake");
  CHECK(faults.agent_down("research"));
  CHECK(faults.agent_down("intake"));
  CHECK_FALSE(faults.agent_down("document"));
  CHECK(faults.value("agent-down") == "intake,research");
  faults.set("violation", "");
  faults.set("violation", "evidence_act_1995/low");
  faults.set("violation", "spam_act_2003");
  REQUIRE(faults.violations().size() == 3);
  CHECK(faults.violations()[0].framework == "privacy_act_1988");
  CHECK(faults.violations()[1].severity == "low");
  CHECK(faults.violations()[2].severity == "critical");
  faults.clear_all();
  CHECK_FALSE(faults.agent_down("research"));
  CHECK(faults.violations().empty());
  for (auto const& kind : Faults::kinds()) CHECK_FALSE(faults.active(kind.name));
}

TEST_CASE("an unknown fault is refused with the names there are") {
  Faults faults;
  CHECK_THROWS_WITH(
      faults.set("agent-gone", ""),
      "no fault \"agent-gone\"; there are interface-down, agent-down, agent-delay, batch-slow, batch-stall, "
      "documents-fail, violation, consent-ignored, withdrawal-stuck, withdrawal-ignored, expiry-ignored, "
      "form13-missing, retention-overdue, lock, long-transaction, hops-burst, "
      "monitor-stale, slot-switch");
  CHECK_THROWS_AS(faults.clear("agent-gone"), UnknownFault);
}

TEST_CASE("a bad value is refused with what was expected, and changes nothing") {
  struct Case {
    std::string name, value, message;
  };
  std::vector<Case> const cases{
      {"interface-down", "5", "interface-down: expected no value"},
      {"agent-down", "", "agent-down: expected one of orchestrator|"},
      {"agent-down", "nobody", "agent-down: expected one of orchestrator|"},
      {"agent-delay", "-1", "agent-delay: expected milliseconds from 1 to 60000"},
      {"agent-delay", "1.5", "agent-delay: expected milliseconds from 1 to 60000"},
      {"agent-delay", "60001", "agent-delay: expected milliseconds from 1 to 60000"},
      {"agent-delay", "nobody=5", "agent-delay: expected milliseconds from 1 to 60000, or AGENT=MS"},
      {"agent-delay", "research=", "agent-delay: expected milliseconds from 1 to 60000"},
      {"agent-delay", "5ms", "agent-delay: expected milliseconds from 1 to 60000"},
      {"batch-slow", "0.5", "batch-slow: expected a factor from 1 to 1000"},
      {"batch-slow", "nan", "batch-slow: expected a factor from 1 to 1000"},
      {"documents-fail", "1.01", "documents-fail: expected a share from 0 to 1"},
      {"documents-fail", "half", "documents-fail: expected a share from 0 to 1"},
      {"violation", "Privacy Act", "violation: expected FRAMEWORK"},
      {"violation", "privacy_act_1988/awful", "violation: expected FRAMEWORK"},
      {"violation", "/critical", "violation: expected FRAMEWORK"},
      {"lock", "0", "lock: expected whole seconds from 1 to 3600"},
      {"lock", "1.5", "lock: expected whole seconds from 1 to 3600"},
      {"long-transaction", "86401", "long-transaction: expected whole seconds from 1 to 86400"},
      {"hops-burst", "20001", "hops-burst: expected messages per second from 1 to 20000"},
      {"monitor-stale", "x", "monitor-stale: expected no value"},
  };
  for (auto const& each : cases) {
    CAPTURE(each.name, each.value);
    Faults faults;
    bool told = false;
    faults.watch([&told](std::string_view) { told = true; });
    CHECK_THROWS_WITH(faults.set(each.name, each.value), Contains(each.message));
    CHECK_THROWS_AS(faults.set(each.name, each.value), BadFaultValue);
    CHECK_FALSE(faults.active(each.name));
    CHECK_FALSE(told);
  }
}

TEST_CASE("watchers hear of each change, after it") {
  Faults faults;
  std::vector<std::string> heard;
  faults.watch([&](std::string_view name) {
    heard.push_back(std::string(name) + (faults.active(name) ? " on" : " off"));
  });
  faults.set("interface-down", "");
  faults.set("monitor-stale", "");
  faults.clear("lock");  // was not in force
  faults.clear_all();
  CHECK(heard == std::vector<std::string>{"interface-down on", "monitor-stale on", "interface-down off",
                                          "monitor-stale off"});
}

TEST_CASE("the list of faults says what is in force") {
  Faults faults;
  faults.set("agent-delay", "research=5");
  auto const parsed = boost::json::parse(faults.to_json());
  auto const& list = parsed.as_array();
  REQUIRE(list.size() == Faults::kinds().size());
  for (auto const& each : list) {
    auto const& fault = each.as_object();
    bool const delayed = fault.at("name").as_string() == "agent-delay";
    CHECK(fault.at("active").as_bool() == delayed);
    CHECK(fault.at("value").as_string() == (delayed ? "research=5" : ""));
    CHECK_FALSE(fault.at("description").as_string().empty());
  }
}
