#include "exporters/postgres/config.hpp"

#include <map>

#include "exporters/postgres/subjects.hpp"

namespace fleet::exporters::postgres {
namespace {

using std::chrono::seconds;

constexpr std::string_view kOwnPrefixes[] = {"pg_health_exporter_", "pg_exporter_", "process_"};
constexpr std::string_view kOwnLabels[] = {"server"};

InstanceConfig read_instance(const config::Value& value) {
  InstanceConfig instance;
  instance.options = fleet::postgres::read_options(value, "pg_health_exporter", {"name", "kind"});
  // read_options has refused unknown keys; this only finds those that are ours.
  bool database_given = false;
  for (const auto& [key, entry] : value.entries()) {
    if (key.text() == "name") instance.name = entry.non_empty_text();
    if (key.text() == "kind") instance.is_pooler = entry.one_of({"postgres", "pgbouncer"}) == "pgbouncer";
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
  const config::Mapping mapping = value.mapping({"database_sizes", "table_sizes", "settings"});
  intervals.database_sizes = mapping.duration_or("database_sizes", intervals.database_sizes, seconds(0));
  intervals.table_sizes = mapping.duration_or("table_sizes", intervals.table_sizes, seconds(0));
  intervals.settings = mapping.duration_or("settings", intervals.settings, seconds(0));
  return intervals;
}

}  // namespace

bool TableFilter::admits(std::string_view schema, std::string_view table, std::string& scratch) const {
  if (!include && !exclude) return true;
  scratch.assign(schema).append(1, '.').append(table);
  if (include && !re2::RE2::PartialMatch(scratch, *include)) return false;
  return !exclude || !re2::RE2::PartialMatch(scratch, *exclude);
}

Config read_config(const config::Document& document, const std::vector<std::string>& queries_files) {
  Config config;
  const config::Mapping root = document.root().mapping({"instances", "collectors", "tables", "intervals",
                                                        "backups", kCustomQueriesKey, kCustomQueriesFilesKey});
  for (InstanceConfig& instance : read_instances(root.required("instances"))) {
    (instance.is_pooler ? config.poolers : config.instances).push_back(std::move(instance));
  }
  if (auto const collectors = root.optional("collectors")) {
    const config::Mapping mapping = collectors->mapping(kSubjectNames);
    for (std::string_view const subject : kSubjectNames) {
      if (!mapping.boolean_or(subject, true)) config.disabled.emplace(subject);
    }
  }
  if (auto const tables = root.optional("tables")) config.tables = read_tables(*tables);
  if (auto const intervals = root.optional("intervals")) config.intervals = read_intervals(*intervals);
  if (auto const backups = root.optional("backups")) {
    std::vector<NamedServer> servers;
    for (const InstanceConfig& instance : config.instances) servers.push_back({instance.name, instance.options});
    config.backups = read_backups(*backups, servers);
  }
  const OwnNames own{kOwnPrefixes, kOwnLabels};
  config.custom_sql = std::make_shared<const CustomSql>(read_custom_sql(root, own, queries_files));
  return config;
}

}  // namespace fleet::exporters::postgres
