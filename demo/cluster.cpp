#include "demo/cluster.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/metrics/exposition.hpp"
#include "demo/agent_roster.hpp"

namespace fleet::demo {

namespace {

constexpr std::string_view space = "legalllm-multiagent";
constexpr std::string_view blue = "legalllm-unified-interface-blue", green = "legalllm-unified-interface-green";
constexpr std::size_t nodes = 3, cores_of_node = 4, slot_pods = 3, most_replicas = 10;
constexpr double mebibyte = 1024 * 1024, gibibyte = 1024 * mebibyte;
constexpr double node_memory = 16 * gibibyte, node_system_memory = 3 * gibibyte, node_disk = 100 * gibibyte;
constexpr double core_limit = 0.5, memory_limit = 1 * gibibyte, volume_size = 20 * gibibyte;
constexpr double scheduler_periods = 10;  // a second: the kernel's are of 100 ms
constexpr double crash_every = 30;        // seconds, the back-off of a container that ends at once

std::string node_name(std::size_t node) { return "node-" + std::to_string(node + 1); }

// Between 0.8 and 1.2, another phase for each `which`, five minutes long.
double wave(double age, std::size_t which) {
  return 1 + 0.2 * std::sin(age * 2 * std::numbers::pi / 300 + static_cast<double>(which));
}

std::string pod_name(const std::string& workload, bool stateful, std::size_t pod) {
  if (stateful) return workload + "-" + std::to_string(pod);
  static constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
  std::size_t seed = std::hash<std::string>()(workload) + pod * 7919;
  std::string name = workload + "-7d9f4c6b8-";
  for (int i = 0; i < 5; ++i, seed /= letters.size()) name += letters[seed % letters.size()];
  return name;
}

}  // namespace

double Cluster::Pod::restarts() const { return std::ceil(failing_seconds / crash_every); }

Cluster::Cluster(Faults& faults) : faults_(faults), node_cores_(nodes) {
  add_workload(std::string(blue), "", false, slot_pods, 0.15, 300);
  add_workload(std::string(green), "", false, slot_pods, 0.15, 300);
  for (auto const& agent : roster()) {
    bool const orchestrates = agent.name == "orchestrator";
    auto const name = "legalllm-" + std::string(agent.name) + (orchestrates ? "" : "-agent");
    add_workload(name, std::string(agent.name), false, 2, orchestrates ? 0.25 : 0.12, orchestrates ? 500 : 380);
  }
  add_workload("postgresql-primary", "", true, 2, 0.2, 700);
  add_workload("redis-coordinator", "", true, 1, 0.1, 120);
  add_workload("redis-queue", "", true, 1, 0.05, 160);
  faults_.watch([this](std::string_view name) {
    if (name != "slot-switch") return;
    for (auto& workload : workloads_)
      workload.generation += workload.name == blue || workload.name == green ? 1 : 0;
  });
}

void Cluster::add_workload(std::string name, std::string agent, bool stateful, std::size_t pods, double cores,
                           double memory) {
  Workload workload{std::move(name), std::move(agent), stateful, cores, memory * mebibyte, 1, {}};
  for (std::size_t pod = 0; pod < pods; ++pod) {
    workload.pods.push_back(
        {pod_name(workload.name, stateful, pod), (workloads_.size() + pod) % nodes, 0, 0, 0, 0});
  }
  workloads_.push_back(std::move(workload));
}

std::size_t Cluster::wanted(const Workload& workload) const {
  bool const switched = faults_.active("slot-switch");
  bool const idle = workload.name == (switched ? blue : green);
  return idle ? 0 : workload.pods.size();
}

bool Cluster::failing(const Workload& workload) const {
  if (!workload.agent.empty()) return faults_.agent_down(workload.agent);
  return faults_.interface_down() && (workload.name == blue || workload.name == green);
}

bool Cluster::held_back(const Workload& workload) const {
  return !workload.agent.empty() && faults_.agent_delay(workload.agent).count() > 0;
}

double Cluster::cores_used(const Workload& workload, std::size_t pod) const {
  if (failing(workload)) return 0.01;
  return held_back(workload) ? core_limit : workload.cores * wave(age_, pod + workload.name.size());
}

double Cluster::memory_used(const Workload& workload, std::size_t pod) const {
  return failing(workload) ? 20 * mebibyte : workload.memory * wave(age_, pod);
}

void Cluster::advance(double seconds) {
  age_ += seconds;
  for (auto& workload : workloads_) {
    for (std::size_t i = 0; i < wanted(workload); ++i) {
      auto& pod = workload.pods[i];
      double const used = cores_used(workload, i) * seconds;
      pod.cpu_seconds += used;
      node_cores_[pod.node] += used;
      pod.periods += scheduler_periods * seconds;
      pod.throttled_periods += (held_back(workload) ? 0.7 : 0.01) * scheduler_periods * seconds;
      if (failing(workload)) pod.failing_seconds += seconds;
    }
  }
}

void Cluster::catch_up() {
  auto const now = std::chrono::steady_clock::now();
  advance(std::chrono::duration<double>(now - last_).count());
  last_ = now;
}

void Cluster::add_kube_state(Families& page) const {
  auto& spec = page.gauge("kube_deployment_spec_replicas", "Number of desired pods for a deployment.");
  auto& available =
      page.gauge("kube_deployment_status_replicas_available", "Available replicas per deployment.");
  auto& generation =
      page.gauge("kube_deployment_status_observed_generation", "Generation that the controller has seen.");
  auto& replicas = page.gauge("kube_statefulset_replicas", "Number of desired pods for a StatefulSet.");
  auto& ready = page.gauge("kube_statefulset_status_replicas_ready", "Ready replicas per StatefulSet.");
  auto& phases = page.gauge("kube_pod_status_phase", "The pod's current phase.");
  auto& restarts = page.counter("kube_pod_container_status_restarts_total", "Restarts of a container.");
  auto& limits = page.gauge("kube_pod_container_resource_limits", "Limits that a container asks for.");
  for (auto const& workload : workloads_) {
    auto const want = static_cast<double>(wanted(workload));
    double const have = failing(workload) ? 0 : want;
    auto const kind = std::string_view(workload.stateful ? "statefulset" : "deployment");
    (workload.stateful ? replicas : spec).add({{"namespace", space}, {kind, workload.name}}, want);
    (workload.stateful ? ready : available).add({{"namespace", space}, {kind, workload.name}}, have);
    if (!workload.stateful) {
      generation.add({{"namespace", space}, {kind, workload.name}}, static_cast<double>(workload.generation));
    }
    for (std::size_t i = 0; i < wanted(workload); ++i) {
      auto const& pod = workload.pods[i].name;
      for (std::string_view phase : {"Failed", "Pending", "Running", "Succeeded", "Unknown"}) {
        phases.add({{"namespace", space}, {"pod", pod}, {"phase", phase}}, phase == "Running" ? 1 : 0);
      }
      restarts.add({{"namespace", space}, {"pod", pod}, {"container", "main"}}, workload.pods[i].restarts());
      limits.add(
          {{"namespace", space}, {"pod", pod}, {"container", "main"}, {"resource", "cpu"}, {"unit", "core"}},
          core_limit);
      limits.add(
          {{"namespace", space}, {"pod", pod}, {"container", "main"}, {"resource", "memory"}, {"unit", "byte"}},
          memory_limit);
    }
  }
  auto& current =
      page.gauge("kube_horizontalpodautoscaler_status_current_replicas", "Replicas of an autoscaler's target.");
  auto& most = page.gauge("kube_horizontalpodautoscaler_spec_max_replicas",
                          "Most replicas that an autoscaler may ask for.");
  for (auto const& [scaler, count] : {std::pair("legalllm-orchestrator-hpa", std::size_t{2}),
                                      std::pair("legalllm-unified-interface-hpa", slot_pods)}) {
    current.add({{"namespace", space}, {"horizontalpodautoscaler", scaler}}, static_cast<double>(count));
    most.add({{"namespace", space}, {"horizontalpodautoscaler", scaler}}, most_replicas);
  }
  auto& condition = page.gauge("kube_node_status_condition", "The condition of a cluster's node.");
  for (std::size_t node = 0; node < nodes; ++node) {
    for (std::string_view status : {"false", "true", "unknown"}) {
      condition.add({{"node", node_name(node)}, {"condition", "Ready"}, {"status", status}},
                    status == "true" ? 1 : 0);
    }
  }
}

void Cluster::add_kubelet(Families& page) const {
  auto& cpu = page.counter("container_cpu_usage_seconds_total", "Processor time of a container.");
  auto& periods = page.counter("container_cpu_cfs_periods_total", "Periods of the scheduler.");
  auto& throttled =
      page.counter("container_cpu_cfs_throttled_periods_total", "Of these, those in which it had to wait.");
  auto& memory = page.gauge("container_memory_working_set_bytes", "Memory that cannot be freed.");
  auto& used = page.gauge("kubelet_volume_stats_used_bytes", "Used bytes of a volume.");
  auto& capacity = page.gauge("kubelet_volume_stats_capacity_bytes", "Size of a volume.");
  for (auto const& workload : workloads_) {
    for (std::size_t i = 0; i < wanted(workload); ++i) {
      auto const& pod = workload.pods[i];
      std::initializer_list<Label> const labels{{"namespace", space}, {"pod", pod.name}, {"container", "main"}};
      cpu.add(labels, pod.cpu_seconds);
      periods.add(labels, pod.periods);
      throttled.add(labels, pod.throttled_periods);
      memory.add(labels, memory_used(workload, i));
      if (!workload.stateful) continue;
      auto const claim = "data-" + pod.name;
      used.add({{"namespace", space}, {"persistentvolumeclaim", claim}}, 0.4 * volume_size + 1000 * age_);
      capacity.add({{"namespace", space}, {"persistentvolumeclaim", claim}}, volume_size);
    }
  }
}

void Cluster::add_nodes(Families& page) const {
  std::vector<double> pods(nodes);
  for (auto const& workload : workloads_) {
    for (std::size_t i = 0; i < wanted(workload); ++i) pods[workload.pods[i].node] += memory_used(workload, i);
  }
  auto& cpu = page.counter("node_cpu_seconds_total", "Seconds the processors spent in each mode.");
  auto& total = page.gauge("node_memory_MemTotal_bytes", "Memory of the node.");
  auto& free = page.gauge("node_memory_MemAvailable_bytes", "Memory that could still be had.");
  auto& size = page.gauge("node_filesystem_size_bytes", "Size of a file system.");
  auto& avail = page.gauge("node_filesystem_avail_bytes", "Bytes of it that users may still fill.");
  auto& received = page.counter("node_network_receive_bytes_total", "Bytes received.");
  auto& sent = page.counter("node_network_transmit_bytes_total", "Bytes sent.");
  for (std::size_t node = 0; node < nodes; ++node) {
    auto const instance = node_name(node) + ":9100";
    for (std::size_t core = 0; core < cores_of_node; ++core) {
      auto const number = std::to_string(core);
      double const busy = node_cores_[node] / cores_of_node;
      cpu.add({{"instance", instance}, {"cpu", number}, {"mode", "user"}}, 0.8 * busy);
      cpu.add({{"instance", instance}, {"cpu", number}, {"mode", "system"}}, 0.2 * busy);
      cpu.add({{"instance", instance}, {"cpu", number}, {"mode", "idle"}}, age_ - busy);
    }
    total.add({{"instance", instance}}, node_memory);
    free.add({{"instance", instance}}, node_memory - node_system_memory - pods[node]);
    std::initializer_list<Label> const disk{
        {"instance", instance}, {"device", "/dev/nvme0n1p1"}, {"fstype", "ext4"}, {"mountpoint", "/"}};
    size.add(disk, node_disk);
    avail.add(disk, (0.62 - 0.04 * static_cast<double>(node)) * node_disk - 2000 * age_);
    received.add({{"instance", instance}, {"device", "eth0"}}, 4 * mebibyte * node_cores_[node]);
    sent.add({{"instance", instance}, {"device", "eth0"}}, 3 * mebibyte * node_cores_[node]);
  }
}

awaitable<web::Response> Cluster::serve(web::Response response) { co_return response; }

void Cluster::add_page(web::Server& server, const std::string& path, void (Cluster::*fill)(Families&) const) {
  server.route("GET", path, [this, fill](const web::Request& request) {
    catch_up();
    Families page;
    (this->*fill)(page);
    auto const format = negotiate(request.header("Accept"));
    web::Response response;
    response.content_type = content_type(format);
    response.body = Exposition::render(page, format);
    return serve(std::move(response));
  });
}

void Cluster::add_pages(web::Server& server) {
  add_page(server, "/cluster/kube-state-metrics", &Cluster::add_kube_state);
  add_page(server, "/cluster/kubelet", &Cluster::add_kubelet);
  add_page(server, "/cluster/node", &Cluster::add_nodes);
}

}  // namespace fleet::demo
