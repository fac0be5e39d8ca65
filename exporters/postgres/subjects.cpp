#include "exporters/postgres/subjects.hpp"

#include "exporters/custom_queries.hpp"
#include "exporters/postgres/archiver.hpp"
#include "exporters/postgres/backups.hpp"
#include "exporters/postgres/checkpoints.hpp"
#include "exporters/postgres/connections.hpp"
#include "exporters/postgres/databases.hpp"
#include "exporters/postgres/locks.hpp"
#include "exporters/postgres/pgbouncer.hpp"
#include "exporters/postgres/replication.hpp"
#include "exporters/postgres/server_status.hpp"
#include "exporters/postgres/settings.hpp"
#include "exporters/postgres/sizes.hpp"
#include "exporters/postgres/tables.hpp"
#include "exporters/postgres/transactions.hpp"
#include "exporters/postgres/wal.hpp"

namespace fleet::exporters::postgres {
namespace {

using Made = std::unique_ptr<Collector>;

struct Entry {
  std::string_view name;
  Made (*make)(std::shared_ptr<Instance> instance, const Config& config);
};

template <class Subject>
Made plain(std::shared_ptr<Instance> instance, const Config&) {
  return std::make_unique<Subject>(std::move(instance));
}

constexpr Entry kSubjects[] = {
    {"replication", plain<Replication>},
    {"connections", plain<Connections>},
    {"locks", plain<Locks>},
    {"transactions", plain<Transactions>},
    {"databases", plain<Databases>},
    {"archiver", plain<Archiver>},
    {"checkpoints", plain<Checkpoints>},
    {"wal", plain<Wal>},
    {"settings",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Settings>(std::move(instance), config.intervals.settings);
     }},
    {"tables",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Tables>(std::move(instance), config.tables);
     }},
    {"database_sizes",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<DatabaseSizes>(std::move(instance), config.intervals.database_sizes);
     }},
    {"table_sizes",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<TableSizes>(std::move(instance), config.tables, config.intervals.table_sizes);
     }},
};
static_assert(std::size(kSubjects) == kSubjectNames.size());

}  // namespace

std::vector<std::unique_ptr<Collector>> make_collectors(asio::any_io_executor executor, const Config& config) {
  std::vector<std::unique_ptr<Collector>> collectors;
  for (const InstanceConfig& target : config.instances) {
    auto const instance = std::make_shared<Instance>(executor, target);
    collectors.push_back(std::make_unique<ServerStatus>(instance));
    for (const Entry& subject : kSubjects) {
      if (config.enabled(subject.name)) collectors.push_back(subject.make(instance, config));
    }
    if (config.custom_sql->empty()) continue;
    CustomTarget place{"pg_health_exporter", instance->server(), target.options};
    collectors.push_back(std::make_unique<CustomQueries>(executor, std::move(place), config.custom_sql));
  }
  for (const InstanceConfig& pooler : config.poolers) {
    for (auto& collector : make_pgbouncer_collectors(executor, pooler)) collectors.push_back(std::move(collector));
  }
  for (auto& collector : make_backup_collectors(executor, config.backups)) collectors.push_back(std::move(collector));
  return collectors;
}

}  // namespace fleet::exporters::postgres
