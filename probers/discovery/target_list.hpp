// The target lists of file_sd and http_sd, as plain data.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "probers/discovery/discovery.hpp"

namespace fleet::probers {

/// A list that cannot be used; what() says where and why.
class BadTargetList : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads `[{"targets": ["host:port", ...], "labels": {"name": "value"}}, ...]`, the format that Prometheus documents for
/// file_sd and http_sd. Strict: an unknown key, a target that is no text or a label name that is none refuses the whole list.
/// Throws BadTargetList.
std::vector<DiscoveredTarget> read_target_list_json(std::string_view text);
/// The same list written in YAML; `name` stands for the file in errors.
std::vector<DiscoveredTarget> read_target_list_yaml(std::string text, const std::string& name);

/// Whether it is a label name as Prometheus spells them: [a-zA-Z_][a-zA-Z0-9_]*.
bool is_label_name(std::string_view name);

}  // namespace fleet::probers
