// OpenSLO: v1 (https://github.com/OpenSLO/OpenSLO) and the v1alpha that Sloth reads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "slo/objective.hpp"
#include "slo/spec/reading_options.hpp"

namespace fleet::slo {

/// The objects of all files, by kind and name, so that an SLO can refer to an SLI or a data source in another
/// document.
class OpenSloObjects {
 public:
  /// Throws config::Error at a second object of one kind and name.
  void add(const config::Value& root);
  /// Throws config::Error at `reference` if there is none.
  const config::Value& find(const std::string& kind, const config::Value& reference) const;
  bool has(const std::string& kind, const config::Value& reference) const;

 private:
  std::map<std::pair<std::string, std::string>, config::Value> objects_;
};

/// Throws config::Error at what makes this time window none that rolls.
void check_rolling(const config::Mapping& window);

/// One SLO object of openslo/v1: an objective for each of its `objectives`. Throws config::Error for what
/// Prometheus' rules cannot express: other data sources, calendar windows, composites.
Specification read_openslo(const config::Value& root, const OpenSloObjects& objects,
                           const ReadingOptions& options);
/// The same of openslo/v1alpha, with exactly the rules that Sloth makes of it.
Specification read_openslo_alpha(const config::Value& root, const ReadingOptions& options);

}  // namespace fleet::slo
