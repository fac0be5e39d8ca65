// A picture with something of everything in it, whose texts try to break out of every form.
#pragma once

#include <string>

#include "probers/status/health.hpp"

namespace fleet::probers::status::testing {

inline const std::string hostile = "<script>alert(1)</script>\"'&\x01\xff";

inline std::chrono::sys_seconds noon() {
  return std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(12);
}

struct Trouble {
  Trouble() {
    config.title = "Legal & LLM";
    config.vantage = hostile;
    config.services.push_back(
        {"Workspace " + hostile, hostile, {"web"}, {"interface"}, {LabelSet{{"component", "web"}}}, true});
    config.services.push_back({"Inner " + hostile, "", {"web"}, {}, {}, false});
    Maintenance maintenance;
    maintenance.title = "Move " + hostile;
    maintenance.description = hostile;
    maintenance.once = Span{noon() + std::chrono::hours(1), noon() + std::chrono::hours(2)};
    config.maintenance.push_back(maintenance);
    add_targets();
    add_findings();
  }

  void add_targets() {
    WatchedTarget bad, good;
    bad.probe = good.probe = "web";
    bad.target = "http://user:hunter2@internal-host/path" + hostile + "?token=hunter3";
    good.target = "well";
    bad.labels = {{"slot", hostile}};
    bad.kind = good.kind = "http";
    bad.interval = good.interval = std::chrono::seconds(10);
    board.take(Share{0, {bad, good}});
    LastResult failed, passed;
    failed.outcome = Outcome::bad;
    failed.reason = Reason::refused;
    failed.step = "connect";
    failed.detail = "internal-detail " + hostile;
    failed.phases = {{"resolve", 0.001}, {"connect", 0.25}};
    failed.duration = std::chrono::milliseconds(251);
    failed.trace_id = "0123456789abcdef0123456789abcdef";
    failed.at = passed.at = noon() - std::chrono::minutes(1);
    board.take(Observation{"web", bad.target, failed});
    failed.at = noon();
    board.take(Observation{"web", bad.target, failed});
    passed.at = noon();
    board.take(Observation{"web", "well", passed});
  }

  void add_findings() {
    findings.prometheus.kind = findings.alertmanager.kind = Source::Kind::answering;
    findings.prometheus.where = findings.alertmanager.where = "http://internal-host:9090";
    findings.prometheus.last_answer = findings.alertmanager.last_answer = noon();
    Objective objective;
    objective.service = "legalllm";
    objective.name = "interface";
    objective.objective = 0.999;
    objective.budget_left = 0.125;
    objective.burn_rate = 14.4;
    objective.period_days = 30;
    objective.burn_down = {{0, 1.0}, {3600, 0.5}, {7200, 0.125}};
    findings.objectives.push_back(objective);
    Alert alert;
    alert.labels = {
        {"alertname", "InternalAlert" + hostile}, {"component", "web"}, {"sev", "1"}, {"x", hostile}};
    alert.annotations = {{"summary", "internal summary " + hostile}, {"runbook_url", "javascript:alert(1)"}};
    alert.since = noon() - std::chrono::minutes(5);
    findings.alerts.push_back(alert);
    findings.silences.push_back(
        {"a=\"" + hostile + "\"", "kim" + hostile, hostile, noon(), noon() + std::chrono::hours(1), false});
    findings.days[config.services[0].name] = {{std::chrono::sys_days(std::chrono::year(2026) / 11 / 26), 0.0},
                                              {std::chrono::sys_days(std::chrono::year(2026) / 11 / 27), 0.5}};
    findings.incidents.push_back(
        {config.services[0].name, noon() - std::chrono::hours(30), noon() - std::chrono::hours(29), false});
    findings.incidents.push_back(
        {config.services[1].name, noon() - std::chrono::hours(50), noon() - std::chrono::hours(49), false});
  }

  Picture picture() const { return {config, board, findings, Instant(noon() + std::chrono::seconds(1))}; }

  StatusConfig config;
  Board board;
  Findings findings;
};

}  // namespace fleet::probers::status::testing
