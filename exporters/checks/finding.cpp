#include "exporters/checks/finding.hpp"

#include <span>
#include <utility>

#include "core/metrics/families.hpp"

namespace fleet::exporters {

Finding at_most(Finding finding, double value, double allowed) {
  finding.value = value;
  finding.allowed = allowed;
  finding.verdict = value > allowed ? Verdict::breach : Verdict::kept;
  return finding;
}

Finding unmeasured(std::string check, std::string subject, std::string why) {
  Finding finding;
  finding.check = std::move(check);
  finding.subject = std::move(subject);
  finding.detail = std::move(why);
  return finding;
}

std::string series_name(std::string_view metric, std::initializer_list<Label> labels) {
  std::string out(metric);
  append_labels(out, std::span(labels.begin(), labels.size()));
  return out;
}

}  // namespace fleet::exporters
