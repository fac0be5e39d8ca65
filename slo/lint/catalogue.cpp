#include "slo/lint/catalogue.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

KnownMetric declared(const config::Value& value, const std::set<std::string>& target_labels,
                     std::string& type) {
  auto const mapping = value.mapping({"type", "labels", "values", "open"});
  type = mapping.required("type").one_of({"counter", "gauge", "histogram", "summary", "untyped"});
  KnownMetric out;
  out.type = type == "gauge"     ? MetricType::gauge
             : type == "untyped" ? MetricType::unknown
                                 : MetricType::counter;
  out.open = mapping.boolean_or("open", false);
  std::set<std::string> shape = target_labels;
  if (auto const labels = mapping.optional("labels")) {
    for (const config::Value& label : labels->list_or_empty()) shape.insert(label.non_empty_text());
  }
  out.shapes.insert(std::move(shape));
  if (out.type == MetricType::counter) out.least = 0;
  if (auto const values = mapping.optional("values")) {
    std::string const kind = values->one_of({"boolean", "ratio", "positive"});
    out.least = 0;
    if (kind != "positive") out.most = 1;
  }
  return out;
}

}  // namespace

bool KnownMetric::may_have(const std::string& label) const {
  return open ||
         std::any_of(shapes.begin(), shapes.end(), [&](const auto& shape) { return shape.contains(label); });
}

bool KnownMetric::always_has(const std::string& label) const {
  return !shapes.empty() &&
         std::all_of(shapes.begin(), shapes.end(), [&](const auto& s) { return s.contains(label); });
}

// What a page says is truer than what somebody declared.
void Catalogue::declare(const std::string& name, const KnownMetric& metric) { metrics_.emplace(name, metric); }

void Catalogue::add_declarations(const std::string& path) {
  auto const root =
      config::Document::load(path).root().mapping({"closed_labels", "optional_labels", "metrics"});
  if (auto const closed = root.optional("closed_labels")) {
    for (const auto& [label, values] : closed->entries()) {
      std::set<std::string>& known = closed_[label.verbatim()];
      for (const config::Value& value : values.list_or_empty()) known.insert(value.verbatim());
    }
  }
  if (auto const optional = root.optional("optional_labels")) {
    for (const auto& [label, metrics] : optional->entries())
      optional_.emplace_back(label.verbatim(), metrics.regex());
  }
  auto const sources = root.optional("metrics");
  if (!sources) return;
  for (const auto& [source, metrics] : sources->entries()) {
    for (const auto& [name, value] : metrics.entries()) {
      std::string type;
      KnownMetric const metric = declared(value, target_labels_, type);
      std::string const family = name.verbatim();
      bool const histogram = type == "histogram", parts = histogram || type == "summary";
      if (parts) {
        declare(family + "_sum", metric);
        declare(family + "_count", metric);
      }
      KnownMetric whole = metric;
      whole.open = whole.open || parts;  // le or quantile
      declare(family + (histogram ? "_bucket" : ""), whole);
    }
  }
}

void Catalogue::add_external_labels(const config::Value& global) {
  for (const auto& [key, labels] : global.entries()) {
    if (key.verbatim() != "external_labels") continue;
    for (const auto& [label, value] : labels.entries()) external_labels_.insert(label.verbatim());
  }
}

void Catalogue::add_scrape_config(const std::string& path) {
  for (const auto& [key, value] : config::Document::load(path).root().entries()) {
    if (key.verbatim() == "global") add_external_labels(value);
    if (key.verbatim() != "scrape_configs") continue;
    for (const config::Value& job : value.list()) {
      for (const auto& [name, text] : job.entries()) {
        if (name.verbatim() == "job_name") jobs_.insert(text.verbatim());
      }
    }
  }
  if (jobs_.empty()) throw config::Error(path + ": expected scrape_configs with a job_name");
}

const KnownMetric* Catalogue::find(std::string_view name) const {
  auto const found = metrics_.find(name);
  return found == metrics_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Catalogue::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, metric] : metrics_) out.push_back(name);
  return out;
}

std::vector<std::string> Catalogue::optional_labels(std::string_view metric) const {
  std::vector<std::string> out;
  for (const auto& [label, metrics] : optional_) {
    if (re2::RE2::FullMatch({metric.data(), metric.size()}, *metrics)) out.push_back(label);
  }
  return out;
}

std::optional<std::set<std::string>> Catalogue::values(std::string_view metric,
                                                       const std::string& label) const {
  if (label == "job" && !jobs_.empty()) return jobs_;
  auto const closed = closed_.find(label);
  const KnownMetric* known = find(metric);
  if (closed == closed_.end() || known == nullptr) return std::nullopt;
  std::set<std::string> out = closed->second;
  if (auto const seen = known->values.find(label); seen != known->values.end()) {
    out.insert(seen->second.begin(), seen->second.end());
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace fleet::lint
