// The tables of every database of a server, not only of the one that the instance names.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporters/collector_set.hpp"
#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// Asks the server for its databases at each scrape, and each that the filter admits for what is of a database
/// (tables, their sizes, their indexes), a few at a time, each over a session of its own. Those collectors
/// carry target="host:port/database"; one that cannot be reached is collector_success{collector="session"} 0
/// and the others go on. When the time is over, those that were not asked are named likewise.
class DiscoveredDatabases : public Subject {
 public:
  /// Makes the collectors of one database.
  using Make = std::vector<std::unique_ptr<Collector>> (*)(std::shared_ptr<Instance> instance,
                                                           const Config& config);

  DiscoveredDatabases(std::shared_ptr<Instance> instance, Config config, Make make)
      : Subject("discovered_databases", std::move(instance)), config_(std::move(config)), make_(make) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  struct Database {
    std::shared_ptr<Instance> instance;
    std::shared_ptr<CollectorSet> collectors;
  };
  struct Round;

  std::vector<std::string> admitted(const fleet::postgres::Rows& rows, Families& out) const;
  void keep_only(const std::vector<std::string>& names);
  static awaitable<void> ask_some(std::shared_ptr<Round> round);

  Config config_;
  Make make_;
  std::map<std::string, Database> databases_;
};

}  // namespace fleet::exporters::postgres
