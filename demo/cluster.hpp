// The Kubernetes cluster that the simulated LegalLLM would run on, as its exporters would show it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/families.hpp"
#include "core/web/server.hpp"
#include "demo/faults.hpp"

namespace fleet::demo {

/// Made up, but of one piece with the faults: an agent that is down crashes in a loop, one that is slow is held
/// back by its processor limit, slot-switch moves the interface from its blue deployment to its green one.
/// Names and labels are those of kube-state-metrics, cAdvisor, the kubelet and node_exporter. Lives on one io
/// thread; destroy it after the io_context has stopped running.
class Cluster {
 public:
  explicit Cluster(Faults& faults);

  /// GET /cluster/kube-state-metrics, /cluster/kubelet, /cluster/node.
  void add_pages(web::Server& server);

  /// Lets that much time pass: all counters go on as the faults have it.
  void advance(double seconds);
  void add_kube_state(Families& page) const;
  void add_kubelet(Families& page) const;
  void add_nodes(Families& page) const;

 private:
  struct Pod {
    std::string name;
    std::size_t node = 0;
    double cpu_seconds = 0, periods = 0, throttled_periods = 0, failing_seconds = 0;

    double restarts() const;
  };
  struct Workload {
    std::string name;
    std::string agent;  // "" if it is none
    bool stateful = false;
    double cores = 0, memory = 0;
    std::uint64_t generation = 1;
    std::vector<Pod> pods;
  };
  void add_workload(std::string name, std::string agent, bool stateful, std::size_t pods, double cores,
                    double memory);
  std::size_t wanted(const Workload& workload) const;
  bool failing(const Workload& workload) const;
  bool held_back(const Workload& workload) const;
  double cores_used(const Workload& workload, std::size_t pod) const;
  double memory_used(const Workload& workload, std::size_t pod) const;
  void add_page(web::Server& server, const std::string& path, void (Cluster::*fill)(Families&) const);
  static awaitable<web::Response> serve(web::Response response);
  void catch_up();

  Faults& faults_;
  std::vector<Workload> workloads_;
  double age_ = 0;                  // seconds that have passed
  std::vector<double> node_cores_;  // processor seconds used by each node's pods
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace fleet::demo
