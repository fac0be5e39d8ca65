#include "exporters/postgres/subjects.hpp"

#include "exporters/custom_queries.hpp"
#include "exporters/postgres/archiver.hpp"
#include "exporters/postgres/backups.hpp"
#include "exporters/postgres/blocking.hpp"
#include "exporters/postgres/buffer_cache.hpp"
#include "exporters/postgres/connections.hpp"
#include "exporters/postgres/databases.hpp"
#include "exporters/postgres/discovered_databases.hpp"
#include "exporters/postgres/failover.hpp"
#include "exporters/postgres/index_io.hpp"
#include "exporters/postgres/locks.hpp"
#include "exporters/postgres/pgbouncer.hpp"
#include "exporters/postgres/process_idle.hpp"
#include "exporters/postgres/readouts.hpp"
#include "exporters/postgres/replication.hpp"
#include "exporters/postgres/server_status.hpp"
#include "exporters/postgres/settings.hpp"
#include "exporters/postgres/sizes.hpp"
#include "exporters/postgres/statements.hpp"
#include "exporters/postgres/tables.hpp"
#include "exporters/postgres/transactions.hpp"
#include "exporters/postgres/wal.hpp"

namespace fleet::exporters::postgres {
namespace {

using Made = std::unique_ptr<Collector>;

struct Entry {
  std::string_view name;
  Made (*make)(std::shared_ptr<Instance> instance, const Config& config);
  bool of_database = false;  // asked of every database that is shown, not once a server
};

template <const ReadoutDescription& description>
Made readout(std::shared_ptr<Instance> instance, const Config&) {
  return std::make_unique<Readout>(std::move(instance), description);
}

template <class Subject>
Made plain(std::shared_ptr<Instance> instance, const Config&) {
  return std::make_unique<Subject>(std::move(instance));
}

constexpr Entry kSubjects[] = {
    {"replication", plain<Replication>},
    {"connections", plain<Connections>},
    {"locks", plain<Locks>},
    {"blocking",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Blocking>(std::move(instance), config.locks);
     }},
    {"transactions", plain<Transactions>},
    {"databases", plain<Databases>},
    {"archiver", plain<Archiver>},
    {"checkpoints", readout<kCheckpoints>},
    {"wal", plain<Wal>},
    {"postmaster", readout<kPostmaster>},
    {"database_wraparound", readout<kDatabaseWraparound>},
    {"stat_wal_receiver", readout<kWalReceiver>},
    {"stat_checkpointer", readout<kCheckpointer>},
    {"stat_progress_vacuum", readout<kVacuumProgress>},
    {"stat_activity_autovacuum", readout<kAutovacuumActivity>},
    {"roles", readout<kRoles>},
    {"xlog_location", readout<kXlogLocation>},
    {"process_idle", plain<ProcessIdle>},
    {"settings",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Settings>(std::move(instance), config.intervals.settings);
     }},
    {"tables",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Tables>(std::move(instance), config.tables);
     },
     true},
    {"statio_user_indexes",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<IndexIo>(std::move(instance), config.tables);
     },
     true},
    {"stat_statements",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<Statements>(std::move(instance), config.statements);
     }},
    {"buffercache_summary",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<BufferCache>(std::move(instance), config.intervals.buffercache_summary);
     }},
    {"database_sizes",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<DatabaseSizes>(std::move(instance), config.intervals.database_sizes);
     }},
    {"table_sizes",
     [](std::shared_ptr<Instance> instance, const Config& config) -> Made {
       return std::make_unique<TableSizes>(std::move(instance), config.tables, config.intervals.table_sizes);
     },
     true},
};
// "failover" is of all servers together.
static_assert(std::size(kSubjects) + 1 == kSubjectNames.size());

/// What is asked of one more database.
std::vector<Made> of_database(std::shared_ptr<Instance> instance, const Config& config) {
  std::vector<Made> collectors;
  for (const Entry& subject : kSubjects) {
    if (subject.of_database && config.enabled(subject.name))
      collectors.push_back(subject.make(instance, config));
  }
  return collectors;
}

}  // namespace

std::string_view subject_of(std::string_view name) {
  for (const SubjectAlias& alias : kSubjectAliases) {
    if (alias.theirs == name) return alias.ours;
  }
  return name;
}

std::vector<std::unique_ptr<Collector>> make_collectors(asio::any_io_executor executor, const Config& config) {
  std::vector<std::unique_ptr<Collector>> collectors;
  std::vector<std::shared_ptr<Instance>> instances;
  for (const InstanceConfig& target : config.instances) {
    auto const instance = std::make_shared<Instance>(executor, target);
    instances.push_back(instance);
    collectors.push_back(std::make_unique<ServerStatus>(instance));
    for (const Entry& subject : kSubjects) {
      if (config.enabled(subject.name)) collectors.push_back(subject.make(instance, config));
    }
    if (config.databases.discover) {
      collectors.push_back(std::make_unique<DiscoveredDatabases>(instance, config, of_database));
    }
    if (config.custom_sql->empty()) continue;
    CustomTarget place{"pg_health_exporter", instance->server(), target.options};
    collectors.push_back(std::make_unique<CustomQueries>(executor, std::move(place), config.custom_sql));
  }
  if (config.enabled("failover") && !instances.empty()) {
    collectors.push_back(std::make_unique<Failover>(std::move(instances)));
  }
  for (const InstanceConfig& pooler : config.poolers) {
    for (auto& collector : make_pgbouncer_collectors(executor, pooler))
      collectors.push_back(std::move(collector));
  }
  for (auto& collector : make_backup_collectors(executor, config.backups))
    collectors.push_back(std::move(collector));
  return collectors;
}

}  // namespace fleet::exporters::postgres
