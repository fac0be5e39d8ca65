// A mapping whose keys Sloth spells in two ways: `error_query` in its own files, `errorQuery` in manifests.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/document.hpp"
#include "slo/rules/rule.hpp"

namespace fleet::slo {

/// Either spelling of each key is taken, as Sloth does, but not both at once. Keys are asked for in snake_case.
class Section {
 public:
  /// Throws config::Error at any key that is not among `keys`.
  Section(const config::Value& value, std::initializer_list<std::string_view> keys);

  std::optional<config::Value> optional(std::string_view key) const;
  /// Throws config::Error at the mapping.
  config::Value required(std::string_view key) const;
  bool boolean_or(std::string_view key, bool fallback) const;
  std::chrono::milliseconds duration_or(std::string_view key, std::chrono::milliseconds fallback) const;
  const config::Value& self() const { return mapping_.self(); }

 private:
  config::Mapping mapping_;
};

/// Labels of rules under `key`; none if it is absent. Throws config::Error at a name that Prometheus or this
/// program needs for itself.
Labels read_labels(const Section& section, std::string_view key);
/// Labels of an alert: their values may be templates.
Labels read_alert_labels(const Section& section, std::string_view key);
Labels read_annotations(const Section& section, std::string_view key);
/// Labels and annotations of a manifest, whose names Kubernetes checks.
Labels read_metadata(const std::optional<config::Value>& value);

/// A service's or objective's name: part of sloth_id and of the names of groups.
std::string read_name(const config::Value& at);

}  // namespace fleet::slo
