// Reading members of JSON that may have any shape. For .cpp files of this folder.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

namespace fleet::probers::a2a {

namespace json = boost::json;

/// nullopt if it is not JSON. Nesting is allowed to 100 levels: an agent's `data` parts may be deep.
inline std::optional<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 100;
  boost::system::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

/// "" if the member is missing or no string.
inline std::string_view text_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  auto const* const text = member ? member->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

inline const json::array* array_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  return member ? member->if_array() : nullptr;
}

inline const json::object* object_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  return member ? member->if_object() : nullptr;
}

}  // namespace fleet::probers::a2a
