// What the prober itself knows, and what follows of it for services.
#include "probers/status/board.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "probers/status/health.hpp"
#include "probers/status/inbox.hpp"

using namespace fleet::probers;
using namespace fleet::probers::status;
using namespace std::chrono_literals;

namespace {

const Instant start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 27);

WatchedTarget target(const std::string& probe, const std::string& name) {
  WatchedTarget out;
  out.probe = probe;
  out.target = name;
  out.interval = 10s;
  out.timeout = 5s;
  return out;
}

Observation seen(const std::string& probe, const std::string& name, Outcome outcome, Instant when) {
  LastResult result;
  result.outcome = outcome;
  result.reason = outcome == Outcome::good ? Reason::none : Reason::timeout;
  result.at = when;
  return {probe, name, result};
}

Standing standing(const Board& board, const std::string& probe, const std::string& name, Instant now) {
  return board.rows().at({probe, name}).standing(now);
}

}  // namespace

TEST_CASE("results change their row, and only what viewers should hear of is news") {
  Board board;
  CHECK(board.take(Share{0, {target("web", "a"), target("web", "b")}}) == Change::news);
  CHECK(standing(board, "web", "a", start) == Standing::waiting);
  CHECK(board.take(seen("web", "a", Outcome::good, start)) == Change::news);
  CHECK(board.take(seen("web", "a", Outcome::good, start + 10s)) == Change::minor);
  CHECK(standing(board, "web", "a", start + 11s) == Standing::good);
  CHECK(board.take(seen("web", "a", Outcome::bad, start + 20s)) == Change::news);
  CHECK(board.take(seen("web", "a", Outcome::bad, start + 30s)) == Change::minor);
  CHECK(*board.rows().at({"web", "a"}).failing_since == start + 20s);
  // The prober's own trouble ends no failure.
  CHECK(board.take(seen("web", "a", Outcome::unknown, start + 40s)) == Change::news);
  CHECK(standing(board, "web", "a", start + 41s) == Standing::unknown);
  CHECK(board.rows().at({"web", "a"}).failing_since);
  board.take(seen("web", "a", Outcome::good, start + 50s));
  CHECK_FALSE(board.rows().at({"web", "a"}).failing_since);
  CHECK(board.take(seen("web", "stranger", Outcome::bad, start)) == Change::none);
}

TEST_CASE("no result for three intervals is silence, and outside of its hours a target is paused") {
  Board board;
  auto paused = target("web", "night");
  paused.windows.quiet.emplace_back();  // every day, all day
  board.take(Share{0, {target("web", "a"), paused}});
  board.take(seen("web", "a", Outcome::bad, start));
  CHECK(standing(board, "web", "a", start + 36s) == Standing::bad);
  CHECK(standing(board, "web", "a", start + 37s) == Standing::silent);
  CHECK(standing(board, "web", "night", start) == Standing::paused);
}

TEST_CASE("a worker's new share replaces its old one: what stays keeps its result, others' targets stay") {
  Board board;
  board.take(Share{0, {target("web", "a"), target("web", "b")}});
  board.take(Share{1, {target("web", "c")}});
  board.take(seen("web", "a", Outcome::bad, start));
  board.take(Share{0, {target("web", "a"), target("web", "d")}});
  CHECK(board.rows().size() == 3);
  CHECK_FALSE(board.rows().contains({"web", "b"}));
  CHECK(standing(board, "web", "a", start + 1s) == Standing::bad);
  CHECK(board.rows().contains({"web", "c"}));
}

TEST_CASE("services: all failing is an outage, some are a degradation, and clients hear of what lasts") {
  Board board;
  board.take(Share{0, {target("web", "a"), target("web", "b"), target("other", "x")}});
  StatusConfig config;
  config.services.push_back({"Workspace", "", {"web"}, {}, {LabelSet{{"component", "web"}}}, true});
  Findings findings;
  auto const health = [&](Instant now, std::chrono::milliseconds patience) {
    return service_states(Picture{config, board, findings, now}, patience).at(0).health;
  };
  CHECK(health(start, 0s) == Health::unknown);
  board.take(seen("other", "x", Outcome::bad, start));
  board.take(seen("web", "a", Outcome::good, start));
  board.take(seen("web", "b", Outcome::good, start));
  CHECK(health(start, 0s) == Health::operational);
  board.take(seen("web", "b", Outcome::bad, start + 1s));
  CHECK(health(start + 2s, 0s) == Health::degraded);
  CHECK(health(start + 2s, 30s) == Health::operational);
  CHECK(health(start + 31s, 30s) == Health::degraded);
  board.take(seen("web", "a", Outcome::bad, start + 10s));
  CHECK(health(start + 11s, 0s) == Health::outage);

  board.take(seen("web", "a", Outcome::good, start + 20s));
  board.take(seen("web", "b", Outcome::good, start + 20s));
  Alert alert;
  alert.labels = {{"alertname", "Slow"}, {"component", "web"}, {"sev", "2"}};
  findings.alerts = {alert};
  findings.alertmanager.kind = Source::Kind::answering;
  CHECK(health(start + 21s, 0s) == Health::operational);
  findings.alerts[0].labels["sev"] = "1";
  CHECK(health(start + 21s, 0s) == Health::degraded);
  findings.alerts[0].inhibited = true;
  CHECK(health(start + 21s, 0s) == Health::operational);
  findings.alerts[0].inhibited = false;
  findings.alertmanager.kind = Source::Kind::failing;  // what it said is old
  CHECK(health(start + 21s, 0s) == Health::operational);
}

TEST_CASE("the inbox: four threads put, one takes, nothing is lost and each one's order stays") {
  constexpr int each = 20'000;
  Inbox<std::pair<int, int>> inbox;
  std::vector<std::thread> threads;
  for (int who = 0; who < 4; ++who)
    threads.emplace_back([&inbox, who] {
      for (int i = 0; i < each; ++i) inbox.put({who, i});
    });
  std::vector<int> next(4, 0);
  int taken = 0;
  bool in_order = true;
  while (taken < 4 * each) {
    for (auto const& [who, i] : inbox.take()) {
      in_order = in_order && next[static_cast<std::size_t>(who)]++ == i;
      ++taken;
    }
  }
  for (auto& thread : threads) thread.join();
  CHECK(in_order);
  CHECK(inbox.take().empty());
  CHECK(inbox.waiting() == 0);
}
