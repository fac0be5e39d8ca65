#include "tests/faults/fleet_programs.hpp"

namespace fleet::testing {
namespace {

std::string database(const std::string& address) {
  return "{address: '" + address + "', user: fleet_monitor, database: legalllm_multiagent}";
}

std::unique_ptr<WatchedProgram> program(std::string name, const std::string& config,
                                        Expectations expectations) {
  return std::make_unique<WatchedProgram>(std::move(name), config, std::move(expectations));
}

std::string pg_up(const std::string& address) { return "pg_up{server=\"" + address + "\"}"; }

std::string probe_success(const std::string& probe, const std::string& target) {
  return "probe_success{probe=\"" + probe + "\",target=\"" + target + "\"}";
}

}  // namespace

std::unique_ptr<WatchedProgram> a2a_exporter(const std::string& redis) {
  return program("a2a_exporter", "redis: {address: '" + redis + "'}\n",
                 {.down_at_once = {"redis_up"},
                  .down_soon = {"a2a_feed_up"},
                  .kept = {},
                  .fed = {R"(a2a_hops_total{outcome="ok",source="intake",target="research"})"},
                  .remembers_fed = true});
}

std::unique_ptr<WatchedProgram> document_exporter(const std::string& redis) {
  return program("document_exporter", "redis: {address: '" + redis + "'}\n",
                 {.down_at_once = {"redis_up"},
                  .down_soon = {"document_feed_up"},
                  .kept = {},
                  .fed = {R"(document_batches_finished_total{pipeline="p",outcome="ok"})",
                          R"(document_batches_started_total{pipeline="p"})"},
                  .remembers_fed = true});
}

std::unique_ptr<WatchedProgram> redis_health_exporter(const std::string& redis, const std::string& other) {
  auto const up = [](const std::string& address) { return "redis_up{addr=\"" + address + "\"}"; };
  return program(
      "redis_health_exporter",
      "instances:\n- {name: faulted, address: '" + redis +
          "', keys: [document_processing_queue], streams: ['a2a:hops']}\n- {name: other, address: '" + other +
          "'}\ncollect: {clients: true}\n",
      {.down_at_once = {up(redis)},
       .down_soon = {},
       .kept = {up(other)},
       .fed = {"redis_stream_length{addr=\"" + redis + "\",db=\"db0\",stream=\"a2a:hops\"}"}});
}

std::unique_ptr<WatchedProgram> pg_health_exporter(const std::string& postgres, const std::string& other) {
  auto const instance = [](const std::string& name, const std::string& address) {
    return "- {name: " + name + ", address: '" + address +
           "', user: fleet_monitor, database: legalllm_multiagent}\n";
  };
  return program("pg_health_exporter",
                 "instances:\n" + instance("faulted", postgres) + instance("other", other),
                 {.down_at_once = {pg_up(postgres)}, .down_soon = {}, .kept = {pg_up(other)}, .fed = {}});
}

std::unique_ptr<WatchedProgram> compliance_exporter(const std::string& postgres, const std::string& site,
                                                    Faulted faulted) {
  auto const config =
      "database: " + database(postgres) + "\nmonitor:\n  url: http://" + site + "/api/compliance/dashboard\n";
  std::string const violations =
      R"(australian_legal_violations_total{framework="evidence_act_1995",severity="high"})";
  if (faulted == Faulted::database) {
    return program("compliance_exporter", config,
                   {.down_at_once = {"compliance_database_up"},
                    .down_soon = {},
                    .kept = {"compliance_monitor_up", "compliance_monitor_compliant"},
                    .fed = {violations},
                    .remembers_fed = true,
                    .others_connect_anew = true});
  }
  return program("compliance_exporter", config,
                 {.down_at_once = {"compliance_monitor_up"},
                  .down_soon = {},
                  .kept = {"compliance_database_up", violations},
                  .fed = {}});
}

std::unique_ptr<WatchedProgram> consent_exporter(const std::string& postgres) {
  return program("consent_exporter", "database: " + database(postgres) + "\n",
                 {.down_at_once = {"consent_database_up"},
                  .down_soon = {},
                  .kept = {},
                  .fed = {R"(consent_granted_total{consent_type="ai_analysis"})"}});
}

std::unique_ptr<WatchedProgram> slo_prober(const std::string& site, const std::string& other) {
  auto const targets = [&](const std::string& path) {
    return "  interval: 500ms\n  timeout: 1s\n  targets:\n  - {name: faulted, url: 'http://" + site + path +
           "'}\n  - {name: other, url: 'http://" + other + path + "'}\n";
  };
  return program("slo_prober",
                 "probes:\n- name: page\n  type: http\n" + targets("/healthz") +
                     "- name: agent\n  type: a2a\n" + targets("/"),
                 {.down_at_once = {},
                  .down_soon = {probe_success("page", "faulted"), probe_success("agent", "faulted")},
                  .kept = {probe_success("page", "other"), probe_success("agent", "other")},
                  .fed = {},
                  .remembers_fed = true});
}

}  // namespace fleet::testing
