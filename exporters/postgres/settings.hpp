// The server's settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// A setting under postgres_exporter's name: "pg_settings_shared_buffers_bytes", in base units.
struct Setting {
  std::string metric;
  MetricType type;
  std::string help;
  double value;
};

/// From a row of pg_settings: units such as "8kB", "min" become bytes and seconds, on and off 1 and 0; a dot in
/// the name becomes "_". nullopt if the setting is no number, or its unit unknown. -1 ("disabled", "same as
/// another") stays -1 whatever the unit.
std::optional<Setting> read_setting(std::string_view name, std::string_view setting, std::string_view unit,
                                    std::string_view type, std::string_view description);

/// pg_settings_* of every setting that is a number or a switch: what the server gives to a session of this role
/// and database. Asked on a session without our own timeouts, which would be the answer otherwise, and at an
/// interval, as that costs the server a process.
class Settings : public Subject {
 public:
  Settings(std::shared_ptr<Instance> instance, std::chrono::milliseconds interval)
      : Subject("settings", std::move(instance)), kept_(interval) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  static std::vector<Setting> read(const Rows& rows);
  Kept<std::vector<Setting>> kept_;
};

}  // namespace fleet::exporters::postgres
