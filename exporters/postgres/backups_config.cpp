#include <algorithm>
#include <utility>

#include "exporters/custom_sql.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/postgres/backups.hpp"

namespace fleet::exporters::postgres {
namespace {

// Of the server, and asked anew at every scrape: the archiver forgets with a reset of the statistics.
constexpr std::string_view kArchiverSql = R"(SELECT last_archived_time AS last_success,
  greatest(last_archived_time, last_failed_time) AS finished,
  CASE WHEN last_failed_time IS NULL AND last_archived_time IS NULL THEN NULL
       ELSE coalesce(last_archived_time >= last_failed_time, last_failed_time IS NULL) END AS result
FROM pg_stat_archiver)";

StampFields read_fields(const config::Value& value) {
  StampFields fields;
  value.mapping(kStampFields);
  for (auto const& [field, path] : value.entries()) {
    auto text = path.non_empty_text();
    if (!text.starts_with('/')) path.fail("expected a path such as /backup/-1/finished");
    fields.emplace(field.text(), std::move(text));
  }
  return fields;
}

const NamedServer& find_server(const config::Mapping& mapping, std::span<const NamedServer> servers) {
  auto const name = mapping.required("instance");
  auto const text = name.non_empty_text();
  auto const found =
      std::find_if(servers.begin(), servers.end(), [&](auto const& s) { return s.name == text; });
  if (found == servers.end()) name.fail("expected the name of a PostgreSQL instance, got `" + text + "`");
  return *found;
}

BackupSource read_backup(const config::Value& entry, std::span<const NamedServer> servers) {
  auto const mapping = entry.mapping({"name", "stamp", "fields", "files", "query", "archiver", "instance"});
  BackupSource source;
  auto const name = mapping.required("name");
  source.name = name.non_empty_text();
  if (LabelLimit::clean(source.name) != source.name) {
    name.fail("expected a label value of at most 64 letters, digits and any of ` _-.:/`");
  }
  int kinds = 0;
  if (auto const stamp = mapping.optional("stamp")) {
    source.stamp = stamp->path();
    ++kinds;
  }
  if (auto const files = mapping.optional("files")) {
    source.files = files->path();
    ++kinds;
  }
  if (auto const query = mapping.optional("query")) {
    source.sql = read_statement(*query);
    ++kinds;
  }
  if (mapping.boolean_or("archiver", false)) {
    source.sql = kArchiverSql;
    ++kinds;
  }
  if (kinds != 1) entry.fail("expected exactly one of `stamp`, `files`, `query` and `archiver: true`");
  if (auto const fields = mapping.optional("fields")) {
    if (source.stamp.empty()) fields->fail("expected `fields` only beside `stamp`");
    source.fields = read_fields(*fields);
  }
  if (!source.sql.empty()) {
    source.options = find_server(mapping, servers).options;
  } else if (auto const instance = mapping.optional("instance")) {
    instance->fail("expected `instance` only beside `query` or `archiver`");
  }
  return source;
}

}  // namespace

std::vector<BackupSource> read_backups(const config::Value& value, std::span<const NamedServer> servers) {
  std::vector<BackupSource> sources;
  for (auto const& entry : value.list()) {
    auto source = read_backup(entry, servers);
    for (auto const& other : sources) {
      if (other.name == source.name)
        entry.fail("expected a unique name, got `" + source.name + "` a second time");
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace fleet::exporters::postgres
