// Failovers: which server is primary, when that moved, how long nobody was.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporters/collector.hpp"
#include "exporters/postgres/cluster_watch.hpp"
#include "exporters/postgres/instance.hpp"

namespace fleet::exporters::postgres {

/// pg_cluster_* of all instances together: those of one `cluster:`, or else of one system identifier. One for
/// the whole exporter, so it has no target. A server that does not answer keeps the cluster that it was last
/// seen in.
class Failover : public Collector {
 public:
  explicit Failover(std::vector<std::shared_ptr<Instance>> instances);
  std::string_view name() const override { return "failover"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  struct Round;
  static awaitable<void> look(std::shared_ptr<Instance> instance, std::shared_ptr<Round> round,
                              std::size_t index);
  awaitable<std::vector<Sighting>> look_at_all(Deadline deadline);
  awaitable<void> learn_promotions(Deadline deadline);
  void add(Families& out) const;

  std::vector<std::shared_ptr<Instance>> instances_;
  std::map<std::string, std::string> clusters_;  // by server
  ClusterWatch watch_;
  struct Promotion {
    std::string server;
    std::uint32_t timeline;
    std::optional<double> when;
  };
  std::map<std::string, Promotion> promotions_;  // by cluster
};

}  // namespace fleet::exporters::postgres
