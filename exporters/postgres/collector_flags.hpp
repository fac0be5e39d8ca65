// --collector.NAME and --no-collector.NAME.
#pragma once

#include <map>
#include <string>

#include "core/app/flags.hpp"
#include "exporters/postgres/config.hpp"

namespace fleet::exporters::postgres {

/// Switches subjects from the command line, by our names and by postgres_exporter's; wins over the file, at
/// every reload as well. Of two flags for one subject the last counts.
class CollectorFlags {
 public:
  /// Must outlive `flags`.
  void register_on(app::Flags& flags);
  void apply(Config& config) const;

 private:
  void add(app::Flags& flags, std::string_view name, std::string_view subject, std::string help);
  std::map<std::string, bool, std::less<>> switched_;
};

}  // namespace fleet::exporters::postgres
