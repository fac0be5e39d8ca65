#include "exporters/postgres/settings.hpp"

#include <charconv>

#include "core/io/parse_number.hpp"
#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kSql = R"(
SELECT name, setting, COALESCE(unit, '') AS unit, vartype, short_desc FROM pg_settings
WHERE vartype IN ('bool', 'integer', 'real'))";

struct Unit {
  std::string_view name;
  std::string_view suffix;
  double factor;
};
constexpr Unit kUnits[] = {
    {"B", "_bytes", 1},
    {"kB", "_bytes", 1024.0},
    {"MB", "_bytes", 1024.0 * 1024},
    {"GB", "_bytes", 1024.0 * 1024 * 1024},
    {"TB", "_bytes", 1024.0 * 1024 * 1024 * 1024},
    {"ms", "_seconds", 0.001},
    {"s", "_seconds", 1},
    {"min", "_seconds", 60},
    {"h", "_seconds", 3600},
    {"d", "_seconds", 86400},
};

/// "8kB" is 8 times "kB"; nullopt if the unit is none of ours.
std::optional<Unit> read_unit(std::string_view text) {
  double times = 1;
  auto const [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), times, std::chars_format::fixed);
  if (error == std::errc()) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& known : kUnits) {
    if (known.name == text) return Unit{known.name, known.suffix, known.factor * times};
  }
  return std::nullopt;
}

/// Settings of extensions have a dot in their names.
std::string metric_name(std::string_view setting) {
  std::string name = "pg_settings_" + std::string(setting);
  for (char& c : name) {
    bool const fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!fits) c = '_';
  }
  return name;
}

/// Suffixes that the naming rules keep for other types.
bool reserved(std::string_view metric) {
  return metric.ends_with("_count") || metric.ends_with("_total") || metric.ends_with("_sum") ||
         metric.ends_with("_bucket");
}

}  // namespace

std::optional<Setting> read_setting(std::string_view name, std::string_view setting, std::string_view unit,
                                    std::string_view type, std::string_view description) {
  Setting read{metric_name(name), MetricType::gauge, std::string(description), 0};
  if (type == "bool") {
    read.value = setting == "on";
  } else if (type == "integer" || type == "real") {
    auto const value = parse_number<double>(setting);
    if (!value) return std::nullopt;
    read.value = *value;
  } else {
    return std::nullopt;
  }
  if (!unit.empty()) {
    auto const known = read_unit(unit);
    if (!known) return std::nullopt;
    read.metric += known->suffix;
    if (read.value != -1) read.value *= known->factor;
  }
  if (reserved(read.metric)) read.type = kNamedByOthers;
  return read;
}

std::vector<Setting> Settings::read(const Rows& rows) {
  auto const name = rows.column("name"), setting = rows.column("setting"), unit = rows.column("unit"),
             type = rows.column("vartype"), description = rows.column("short_desc");
  std::vector<Setting> settings;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto found = read_setting(rows.text(row, name), rows.text(row, setting), rows.text(row, unit),
                              rows.text(row, type), rows.text(row, description));
    if (found) settings.push_back(std::move(*found));
  }
  return settings;
}

awaitable<void> Settings::measure(Deadline deadline, int, Families& out) {
  auto const now = Deadline::Clock::now();
  if (kept_.due(now)) {
    try {
      Rows const rows = co_await instance().query_unlimited(kSql, deadline);
      kept_.store(read(rows), now);
    } catch (const std::exception& error) {
      if (connection_lost(error)) throw;
      kept_.fail(error.what(), now);
    }
  }
  for (const Setting& setting : kept_.value()) {
    out.family(setting.metric, setting.type, setting.help).add({{"server", server()}}, setting.value);
  }
}

}  // namespace fleet::exporters::postgres
