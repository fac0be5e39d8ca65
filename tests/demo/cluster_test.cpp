// The made-up cluster goes with the faults, and its counters never fall.
#include "demo/cluster.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "core/metrics/exposition.hpp"

using namespace fleet;
using namespace fleet::demo;

namespace {

using Samples = std::map<std::string, double>;

Samples page_of(const Cluster& cluster) {
  Families families;
  cluster.add_kube_state(families);
  cluster.add_kubelet(families);
  cluster.add_nodes(families);
  std::istringstream lines(Exposition::render(families, Format::text_0_0_4));
  Samples samples;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    auto const space = line.rfind(' ');
    samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

/// The sum of the samples whose text has both parts.
double sum(const Samples& samples, std::string_view name, std::string_view label) {
  double total = 0;
  for (auto const& [series, value] : samples) {
    if (series.starts_with(name) && series.find(label) != std::string::npos) total += value;
  }
  return total;
}

double available(const Cluster& cluster, const std::string& deployment) {
  return page_of(cluster).at(
      "kube_deployment_status_replicas_available{namespace=\"legalllm-multiagent\",deployment=\"" + deployment +
      "\"}");
}

}  // namespace

TEST_CASE("a healthy cluster has what it wants") {
  Faults faults;
  Cluster cluster(faults);
  cluster.advance(3600);
  auto const samples = page_of(cluster);
  CHECK(sum(samples, "kube_deployment_spec_replicas", "") == 3 + 10 * 2);
  CHECK(sum(samples, "kube_deployment_status_replicas_available", "") == 3 + 10 * 2);
  CHECK(sum(samples, "kube_pod_container_status_restarts_total", "") == 0);
  CHECK(sum(samples, "kube_pod_status_phase", "Running") == 3 + 10 * 2 + 2 + 1 + 1);
  CHECK(sum(samples, "node_cpu_seconds_total", "") == Approx(3 * 4 * 3600));
}

TEST_CASE("an agent that is down crashes in a loop, and only its own deployment suffers") {
  Faults faults;
  Cluster cluster(faults);
  faults.set("agent-down", "research");
  cluster.advance(45);
  CHECK(available(cluster, "legalllm-research-agent") == 0);
  CHECK(available(cluster, "legalllm-drafting-agent") == 2);
  CHECK(sum(page_of(cluster), "kube_pod_container_status_restarts_total", "research") == 2 * 2);
  CHECK(sum(page_of(cluster), "kube_pod_container_status_restarts_total", "drafting") == 0);
  faults.clear_all();
  cluster.advance(1);
  CHECK(available(cluster, "legalllm-research-agent") == 2);
}

TEST_CASE("a slow agent is held back by its limit") {
  Faults faults;
  Cluster cluster(faults);
  faults.set("agent-delay", "research=100");
  cluster.advance(100);
  auto const samples = page_of(cluster);
  CHECK(sum(samples, "container_cpu_cfs_throttled_periods_total", "research") == Approx(2 * 700));
  CHECK(sum(samples, "container_cpu_cfs_throttled_periods_total", "drafting") == Approx(2 * 10));
}

TEST_CASE("a switch of slots is a new generation of both, and moves the replicas") {
  Faults faults;
  Cluster cluster(faults);
  CHECK(available(cluster, "legalllm-unified-interface-blue") == 3);
  CHECK(available(cluster, "legalllm-unified-interface-green") == 0);
  faults.set("slot-switch", "");
  CHECK(available(cluster, "legalllm-unified-interface-blue") == 0);
  CHECK(available(cluster, "legalllm-unified-interface-green") == 3);
  CHECK(sum(page_of(cluster), "kube_deployment_status_observed_generation", "unified-interface") == 4);
  faults.set("interface-down", "");
  CHECK(available(cluster, "legalllm-unified-interface-green") == 0);
}

TEST_CASE("counters of the cluster never fall, whatever comes and goes") {
  Faults faults;
  Cluster cluster(faults);
  Samples before;
  for (int turn = 0; turn < 40; ++turn) {
    if (turn % 4 == 1) faults.set("agent-down", "intake");
    if (turn % 4 == 2) faults.set("agent-delay", "300");
    if (turn % 4 == 3) faults.clear_all();
    cluster.advance(7.5);
    auto now = page_of(cluster);
    for (auto const& [series, value] : now) {
      if (series.find("_total{") == std::string::npos || !before.contains(series)) continue;
      INFO(series);
      CHECK(value >= before.at(series));
    }
    before = std::move(now);
  }
}
