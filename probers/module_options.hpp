// The options of a module that may have been left out.
#pragma once

#include <optional>

#include "core/config/document.hpp"

namespace fleet::probers {

/// What was given, or an empty mapping where the key is absent or has no value ("icmp:").
inline config::Value given_or_empty(const std::optional<config::Value>& options) {
  if (options && !options->is_null()) return *options;
  return config::Document::parse("{}", "defaults").root();
}

}  // namespace fleet::probers
