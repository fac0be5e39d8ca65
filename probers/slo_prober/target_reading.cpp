#include "probers/slo_prober/target_reading.hpp"

#include <algorithm>
#include <array>

#include "core/http/url.hpp"
#include "probers/discovery/target_list.hpp"
#include "probers/slo_prober/impossible_combinations.hpp"

namespace fleet::probers {

namespace {

using config::Mapping;
using config::Value;

/// Every target becomes a label and stands in logs.
void refuse_credentials(const Value& value, const std::string& text) {
  auto const scheme = text.find("://");
  if (scheme == text.npos) return;
  auto const authority = text.substr(scheme + 3, text.find_first_of("/?#", scheme + 3) - scheme - 3);
  if (authority.find('@') != authority.npos) value.fail("expected a target without user name and password");
}

struct WrittenTarget {
  Value place;  ///< of the address
  TargetEntry entry;
};

std::string read_url(const Value& value) {
  auto const url = http::Url::parse(value.http_url());
  if (!url) value.fail("expected a URL without credentials, like http://host:8080/healthz");
  return url->to_string();
}

std::string read_address(const Value& value) {
  auto text = value.non_empty_text();
  refuse_credentials(value, text);
  return text;
}

WrittenTarget read_plain(const Value& value) {
  WrittenTarget read{value, {}};
  read.entry.spec.address = read_address(value);
  read.entry.name = read.entry.spec.address;
  return read;
}

WrittenTarget read_mapping(const Value& value) {
  static constexpr std::array<std::string_view, 3> spellings{"url", "address", "target"};
  auto const mapping = value.mapping({"name", "url", "address", "target", "hostname", "labels"});
  std::optional<Value> place;
  for (auto const spelling : spellings) {
    auto const found = mapping.optional(spelling);
    if (found && place) found->fail("expected one of `url`, `address`, `target`");
    if (found) place = found;
  }
  if (!place) mapping.required("url");
  WrittenTarget read{*place, {}};
  auto& entry = read.entry;
  entry.spec.address = mapping.optional("url") ? read_url(*place) : read_address(*place);
  if (auto const hostname = mapping.optional("hostname")) {
    entry.spec.hostname = hostname->non_empty_text();
    if (entry.spec.hostname.find_first_of(" \t\r\n/") != std::string::npos)
      hostname->fail("expected a host name");
  }
  entry.name = mapping.text_or("name", entry.spec.address);
  if (entry.name.empty()) mapping.required("name").fail("expected a name");
  if (auto const labels = mapping.optional("labels")) entry.labels = read_labels(*labels);
  if (mapping.optional("name")) read.place = mapping.required("name");
  return read;
}

void try_on(const Module& module, const TargetSpec& spec, const Value& place) {
  try {
    module.probe(spec);
  } catch (const config::Error&) {
    throw;
  } catch (const std::exception& error) {
    place.fail(error.what());
  }
}

/// Where the address of a target is written.
Value address_of(const Value& value) {
  if (!value.is_mapping()) return value;
  for (auto const& [key, address] : value.entries()) {
    auto const word = key.text();
    if (word == "url" || word == "address" || word == "target") return address;
  }
  return value;
}

}  // namespace

std::string label_name_problem(std::string_view name) {
  static constexpr std::array<std::string_view, 9> taken{"probe", "target", "result", "reason", "step",
                                                         "phase", "le",     "kind",   "vantage"};
  if (!is_label_name(name)) return "`" + std::string(name) + "` is no label name ([a-zA-Z_][a-zA-Z0-9_]*)";
  if (name.starts_with("__")) return "label names beginning with two underscores are Prometheus' own";
  if (std::find(taken.begin(), taken.end(), name) == taken.end()) return "";
  return "`" + std::string(name) + "` is a label that the prober sets itself";
}

TargetLabels read_labels(const Value& value) {
  TargetLabels labels;
  for (auto const& [name, text] : value.entries()) {
    auto const problem = label_name_problem(name.text());
    if (!problem.empty()) name.fail("expected the name of a label: " + problem);
    labels.emplace(name.text(), text.text());
  }
  return labels;
}

std::vector<TargetEntry> read_targets(const Value& list, const ModuleWithOptions& module) {
  std::vector<TargetEntry> targets;
  std::set<std::string> names;
  for (auto const& value : list.list()) {
    if (!value.is_mapping() && !value.is_scalar())
      value.fail("expected a target: a text, or a mapping with `url`");
    auto read = value.is_mapping() ? read_mapping(value) : read_plain(value);
    try_on(*module.module.module, read.entry.spec, address_of(value));
    auto const problem = why_never_good(module, read.entry.spec);
    if (!problem.empty()) address_of(value).fail(problem);
    if (!names.insert(read.entry.name).second) {
      read.place.fail("expected a target used once, `" + read.entry.name + "` is used twice");
    }
    targets.push_back(std::move(read.entry));
  }
  return targets;
}

}  // namespace fleet::probers
