#include "exporters/postgres/collector_flags.hpp"

#include "exporters/postgres/subjects.hpp"

namespace fleet::exporters::postgres {

void CollectorFlags::add(app::Flags& flags, std::string_view name, std::string_view subject, std::string help) {
  flags.add("collector." + std::string(name), "", std::move(help),
            [this, subject = std::string(subject)](const std::string& value) {
              switched_[subject] = value == "true";
            });
}

void CollectorFlags::register_on(app::Flags& flags) {
  Config const defaults;
  for (std::string_view const subject : kSubjectNames) {
    add(flags, subject, subject,
        "Switch this collector, whatever the file says (" +
            std::string(defaults.enabled(subject) ? "on" : "off") + ").");
  }
  for (const SubjectAlias& alias : kSubjectAliases) {
    add(flags, alias.theirs, alias.ours,
        "postgres_exporter's word for --collector." + std::string(alias.ours) + ".");
  }
}

void CollectorFlags::apply(Config& config) const {
  for (const auto& [subject, on] : switched_) config.switched[subject] = on;
}

}  // namespace fleet::exporters::postgres
