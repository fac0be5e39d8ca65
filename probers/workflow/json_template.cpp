#include "probers/workflow/json_template.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>

namespace fleet::probers::workflow {

namespace json = boost::json;

namespace {

void append(std::vector<std::string_view>& names, std::vector<std::string_view> more) {
  names.insert(names.end(), more.begin(), more.end());
}

}  // namespace

JsonTemplate JsonTemplate::read(const config::Value& value) {
  JsonTemplate result;
  if (value.is_null()) return result;
  if (value.is_mapping()) {
    auto& members = result.node_.emplace<Members>();
    for (auto const& [key, member] : value.entries()) members.emplace_back(key.text(), read(member));
    return result;
  }
  if (value.is_list()) {
    auto& items = result.node_.emplace<Items>();
    for (auto const& item : value.list_or_empty()) items.push_back(read(item));
    return result;
  }
  auto text = value.text();
  if (value.is_plain()) {
    json::error_code not_json;
    auto parsed = json::parse(text, not_json);
    if (!not_json && (parsed.is_number() || parsed.is_bool())) {
      result.node_ = std::move(parsed);
      return result;
    }
  }
  try {
    result.node_.emplace<Template>(std::move(text));
  } catch (const std::invalid_argument& error) {
    value.fail(error.what());
  }
  return result;
}

json::value JsonTemplate::expand(const Variables& variables) const {
  if (auto const* constant = std::get_if<json::value>(&node_)) return *constant;
  if (auto const* text = std::get_if<Template>(&node_)) return json::value(text->expand(variables));
  if (auto const* items = std::get_if<Items>(&node_)) {
    json::array array;
    for (auto const& item : *items) array.push_back(item.expand(variables));
    return array;
  }
  json::object object;
  for (auto const& [name, member] : std::get<Members>(node_)) object[name] = member.expand(variables);
  return object;
}

std::vector<std::string_view> JsonTemplate::variables() const {
  std::vector<std::string_view> names;
  if (auto const* text = std::get_if<Template>(&node_)) return text->variables();
  if (auto const* items = std::get_if<Items>(&node_)) {
    for (auto const& item : *items) append(names, item.variables());
  } else if (auto const* members = std::get_if<Members>(&node_)) {
    for (auto const& [name, member] : *members) append(names, member.variables());
  }
  return names;
}

}  // namespace fleet::probers::workflow
