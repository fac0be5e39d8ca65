#include "exporters/postgres/config.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "exporters/postgres/subjects.hpp"

namespace fleet::exporters::postgres {
namespace {

using std::chrono::seconds;

constexpr std::string_view kOwnPrefixes[] = {"pg_health_exporter_", "pg_exporter_", "process_"};
constexpr std::string_view kOwnLabels[] = {"server"};

InstanceConfig read_instance(const config::Value& value) {
  InstanceConfig instance;
  instance.options = fleet::postgres::read_options(value, "pg_health_exporter", {"name", "kind", "cluster"});
  // read_options has refused unknown keys; this only finds those that are ours.
  bool database_given = false;
  for (const auto& [key, entry] : value.entries()) {
    if (key.text() == "name") instance.name = entry.non_empty_text();
    if (key.text() == "kind") instance.is_pooler = entry.one_of({"postgres", "pgbouncer"}) == "pgbouncer";
    if (key.text() == "cluster") instance.cluster = entry.non_empty_text();
    database_given = database_given || key.text() == "database";
  }
  // The name of its admin console.
  if (instance.is_pooler && !database_given) instance.options.database = "pgbouncer";
  if (instance.name.empty()) value.fail("missing key `name`");
  return instance;
}

std::vector<InstanceConfig> read_instances(const config::Value& value) {
  std::vector<InstanceConfig> instances;
  std::set<std::string> names;
  std::map<std::string, std::string> servers;
  for (const config::Value& entry : value.list()) {
    InstanceConfig instance = read_instance(entry);
    if (!names.insert(instance.name).second)
      entry.fail("expected a unique name, got `" + instance.name + "` a second time");
    auto const [place, fresh] = servers.emplace(instance.options.server(), instance.name);
    if (!fresh) {
      entry.fail("expected an address of its own, got `" + place->first + "`, which is instance `" +
                 place->second + "` already");
    }
    instances.push_back(std::move(instance));
  }
  return instances;
}

TableFilter read_tables(const config::Value& value) {
  TableFilter filter;
  const config::Mapping mapping = value.mapping({"include", "exclude", "limit"});
  if (auto const include = mapping.optional("include")) filter.include = include->regex();
  if (auto const exclude = mapping.optional("exclude")) filter.exclude = exclude->regex();
  filter.limit = static_cast<std::size_t>(mapping.integer_or("limit", 5000, 0, 1'000'000));
  return filter;
}

Intervals read_intervals(const config::Value& value) {
  Intervals intervals;
  const config::Mapping mapping =
      value.mapping({"database_sizes", "table_sizes", "settings", "buffercache_summary"});
  intervals.database_sizes = mapping.duration_or("database_sizes", intervals.database_sizes, seconds(0));
  intervals.table_sizes = mapping.duration_or("table_sizes", intervals.table_sizes, seconds(0));
  intervals.settings = mapping.duration_or("settings", intervals.settings, seconds(0));
  intervals.buffercache_summary =
      mapping.duration_or("buffercache_summary", intervals.buffercache_summary, seconds(0));
  return intervals;
}

StatementOptions read_statements(const config::Value& value) {
  StatementOptions options;
  const config::Mapping mapping = value.mapping({"limit", "include_query", "query_length"});
  options.limit = static_cast<std::size_t>(mapping.integer_or("limit", 100, 1, 10'000));
  options.include_query = mapping.boolean_or("include_query", false);
  options.query_length = static_cast<std::size_t>(mapping.integer_or("query_length", 120, 1, 10'000));
  return options;
}

DatabaseFilter read_databases(const config::Value& value) {
  DatabaseFilter filter;
  const config::Mapping mapping = value.mapping({"discover", "include", "exclude", "limit", "connections"});
  filter.discover = mapping.boolean_or("discover", filter.discover);
  if (auto const include = mapping.optional("include")) filter.include = include->regex();
  if (auto const exclude = mapping.optional("exclude")) filter.exclude = exclude->regex();
  filter.limit = static_cast<std::size_t>(mapping.integer_or("limit", 50, 1, 10'000));
  filter.connections = static_cast<std::size_t>(mapping.integer_or("connections", 5, 1, 100));
  return filter;
}

LockOptions read_locks(const config::Value& value) {
  LockOptions options;
  const config::Mapping mapping = value.mapping({"queries", "limit"});
  options.queries = mapping.boolean_or("queries", options.queries);
  options.limit = static_cast<std::size_t>(mapping.integer_or("limit", 20, 1, 1000));
  return options;
}

/// Keys are our names and postgres_exporter's; what a mapping says twice in two words must be the same.
std::map<std::string, bool, std::less<>> read_collectors(const config::Value& value) {
  std::vector<std::string_view> known(kSubjectNames.begin(), kSubjectNames.end());
  for (const SubjectAlias& alias : kSubjectAliases) known.push_back(alias.theirs);
  value.mapping(known);
  std::map<std::string, bool, std::less<>> switched;
  for (const auto& [key, entry] : value.entries()) {
    std::string const subject(subject_of(key.text()));
    auto const [place, fresh] = switched.emplace(subject, entry.boolean());
    if (!fresh && place->second != entry.boolean()) {
      entry.fail("expected the same as for `" + subject + "`, which `" + key.text() + "` stands for");
    }
  }
  return switched;
}

}  // namespace

bool TableFilter::admits(std::string_view schema, std::string_view table, std::string& scratch) const {
  if (!include && !exclude) return true;
  scratch.assign(schema).append(1, '.').append(table);
  if (include && !re2::RE2::PartialMatch(scratch, *include)) return false;
  return !exclude || !re2::RE2::PartialMatch(scratch, *exclude);
}

bool DatabaseFilter::admits(std::string_view database) const {
  if (include && !re2::RE2::PartialMatch(database, *include)) return false;
  return !exclude || !re2::RE2::PartialMatch(database, *exclude);
}

bool Config::enabled(std::string_view subject) const {
  auto const found = switched.find(subject);
  if (found != switched.end()) return found->second;
  return std::find(kOffByDefault.begin(), kOffByDefault.end(), subject) == kOffByDefault.end();
}

Config read_config(const config::Document& document, const std::vector<std::string>& queries_files) {
  Config config;
  const config::Mapping root = document.root().mapping(
      {"instances", "collectors", "tables", "intervals", "stat_statements", "databases", "locks",
       "auth_modules", "probe", "backups", kCustomQueriesKey, kCustomQueriesFilesKey});
  config.probe = read_probe_config(root);
  auto const instances = config.probe.enabled ? root.optional("instances") : root.required("instances");
  if (instances) {
    for (InstanceConfig& instance : read_instances(*instances))
      (instance.is_pooler ? config.poolers : config.instances).push_back(std::move(instance));
  }
  if (auto const collectors = root.optional("collectors")) config.switched = read_collectors(*collectors);
  if (auto const tables = root.optional("tables")) config.tables = read_tables(*tables);
  if (auto const intervals = root.optional("intervals")) config.intervals = read_intervals(*intervals);
  if (auto const statements = root.optional("stat_statements"))
    config.statements = read_statements(*statements);
  if (auto const databases = root.optional("databases")) config.databases = read_databases(*databases);
  if (auto const locks = root.optional("locks")) config.locks = read_locks(*locks);
  if (auto const backups = root.optional("backups")) {
    std::vector<NamedServer> servers;
    for (const InstanceConfig& instance : config.instances)
      servers.push_back({instance.name, instance.options});
    config.backups = read_backups(*backups, servers);
  }
  const OwnNames own{kOwnPrefixes, kOwnLabels};
  config.custom_sql = std::make_shared<const CustomSql>(read_custom_sql(root, own, queries_files));
  return config;
}

}  // namespace fleet::exporters::postgres
