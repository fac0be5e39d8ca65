#include "probers/status/findings.hpp"

#include <algorithm>

namespace fleet::probers::status {

std::string label_of(const LabelSet& labels, const std::string& name) {
  auto const found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

bool has_labels(const LabelSet& labels, const LabelSet& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto const& label) {
    auto const found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

bool concerns(const LabelSet& alert, const ServiceConfig& service) {
  return std::any_of(service.alerts.begin(), service.alerts.end(),
                     [&](const LabelSet& wanted) { return has_labels(alert, wanted); });
}

}  // namespace fleet::probers::status
