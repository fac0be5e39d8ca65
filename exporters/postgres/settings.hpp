// The server settings that the other metrics are judged against.
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
  std::string help;
  double value;
};

/// From a row of pg_settings: units such as "8kB", "min" become bytes and seconds, on and off 1 and 0. nullopt
/// if the setting is no number, or its unit unknown. -1 ("disabled", "same as another") stays -1 whatever the
/// unit.
std::optional<Setting> read_setting(std::string_view name, std::string_view setting, std::string_view unit,
                                    std::string_view type, std::string_view description);

/// pg_settings_*; asked again at an interval of its own, as PostgreSQL builds its whole list of settings for
/// each question.
class Settings : public Subject {
 public:
  Settings(std::shared_ptr<Instance> instance, std::chrono::milliseconds interval)
      : Subject("settings", std::move(instance)), kept_(interval) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  Kept<std::vector<Setting>> kept_;
};

}  // namespace fleet::exporters::postgres
