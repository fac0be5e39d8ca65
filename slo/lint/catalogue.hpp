// The metrics that somebody exports: names, types, labels, values.
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/document.hpp"

namespace fleet::lint {

enum class MetricType { counter, gauge, unknown };

struct KnownMetric {
  MetricType type = MetricType::unknown;  ///< of this series: the parts of a histogram are counters
  /// The label names of each kind of series that was seen; none: only the name is known.
  std::set<std::set<std::string>> shapes;
  bool open = false;                                    ///< series may carry labels beyond those of `shapes`
  std::map<std::string, std::set<std::string>> values;  ///< of each label, as seen
  /// What the value can be; from the name, the help and the type.
  std::optional<double> least, most;

  bool may_have(const std::string& label) const;
  bool always_has(const std::string& label) const;
};

class Catalogue {
 public:
  /// `target_labels`: what Prometheus adds to every series of a page ("job", "instance").
  explicit Catalogue(std::set<std::string> target_labels) : target_labels_(std::move(target_labels)) {}

  /// A page in the text or OpenMetrics format. Sample values are only looked at, anything may stand there.
  /// Throws config::Error.
  void add_page(const std::string& path);
  void add_page_text(const std::string& text, const std::string& name);
  /// Metrics of other programs, declared in YAML; docs/rule-lint.md has the format. Pages that were added
  /// before win. Throws config::Error.
  void add_declarations(const std::string& path);
  /// A configuration of Prometheus: its job names are all the values of `job`, its external labels are on every
  /// alert that it sends. Throws config::Error.
  void add_scrape_config(const std::string& path);

  /// nullptr if nobody exports it.
  const KnownMetric* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  /// Labels that series of this metric may carry beside those of its shapes.
  std::vector<std::string> optional_labels(std::string_view metric) const;
  const std::set<std::string>& external_labels() const { return external_labels_; }
  /// All values that this label of this metric can have; nullopt if there may be others.
  std::optional<std::set<std::string>> values(std::string_view metric, const std::string& label) const;

 private:
  friend class PageReader;
  KnownMetric& entry(const std::string& name) { return metrics_[name]; }
  void declare(const std::string& name, const KnownMetric& metric);
  void add_external_labels(const config::Value& global);
  std::set<std::string> target_labels_;
  std::map<std::string, KnownMetric, std::less<>> metrics_;
  std::map<std::string, std::set<std::string>> closed_;  // labels with their values beyond those seen
  std::vector<std::pair<std::string, std::shared_ptr<const re2::RE2>>> optional_;  // label, metrics
  std::set<std::string> jobs_, external_labels_;
};

}  // namespace fleet::lint
