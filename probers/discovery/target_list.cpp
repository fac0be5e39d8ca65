#include "probers/discovery/target_list.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/config/document.hpp"

namespace fleet::probers {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(std::size_t group, const std::string& what) {
  throw BadTargetList("target group " + std::to_string(group + 1) + ": " + what);
}

void read_labels(const json::value& value, std::size_t group, TargetLabels& labels) {
  if (!value.is_object()) refuse(group, "expected `labels` to be an object");
  for (auto const& [name, text] : value.get_object()) {
    if (!is_label_name(name)) refuse(group, "`" + std::string(name) + "` is no label name");
    if (!text.is_string()) refuse(group, "expected label `" + std::string(name) + "` to be a string");
    labels.emplace(name, text.get_string().c_str());
  }
}

}  // namespace

bool is_label_name(std::string_view name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

std::vector<DiscoveredTarget> read_target_list_json(std::string_view text) {
  boost::system::error_code ec;
  auto const root = json::parse(json::string_view(text.data(), text.size()), ec);
  if (ec) throw BadTargetList("not JSON: " + ec.message());
  if (!root.is_array()) throw BadTargetList("expected a list of target groups");
  std::vector<DiscoveredTarget> found;
  auto const& groups = root.get_array();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].is_object()) refuse(i, "expected an object");
    TargetLabels labels;
    for (auto const& [key, value] : groups[i].get_object()) {
      if (key == "labels") {
        read_labels(value, i, labels);
      } else if (key != "targets") {
        refuse(i, "unknown key `" + std::string(key) + "`; expected targets, labels");
      }
    }
    auto const* const targets = groups[i].get_object().if_contains("targets");
    if (!targets || !targets->is_array()) refuse(i, "expected `targets`, a list");
    for (auto const& target : targets->get_array()) {
      if (!target.is_string() || target.get_string().empty()) refuse(i, "expected each target to be a string");
      found.push_back({target.get_string().c_str(), labels});
    }
  }
  return found;
}

std::vector<DiscoveredTarget> read_target_list_yaml(std::string text, const std::string& name) {
  try {
    std::vector<DiscoveredTarget> found;
    auto const document = config::Document::parse(std::move(text), name);
    if (document.root().is_null()) return found;
    for (auto const& entry : document.root().list_or_empty()) {
      auto const group = entry.mapping({"targets", "labels"});
      TargetLabels labels;
      if (auto const mapping = group.optional("labels")) {
        for (auto const& [key, value] : mapping->entries()) {
          if (!is_label_name(key.text())) key.fail("expected a label name");
          labels.emplace(key.text(), value.text());
        }
      }
      for (auto const& target : group.required("targets").list_or_empty())
        found.push_back({target.non_empty_text(), labels});
    }
    return found;
  } catch (const config::Error& error) {
    throw BadTargetList(error.what());
  }
}

}  // namespace fleet::probers
