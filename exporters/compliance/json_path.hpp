// Looks into JSON that somebody else wrote.
#pragma once

#include <boost/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fleet::exporters::compliance {

/// Throws std::runtime_error if it is no JSON.
inline boost::json::value parse_json(std::string_view text) {
  boost::system::error_code bad;
  auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), bad);
  if (bad) throw std::runtime_error("the answer is no JSON");
  return value;
}

/// The member of an object. Throws std::runtime_error "the answer has no `hits`".
inline const boost::json::value& member(const boost::json::value& value, std::string_view key) {
  auto const* const object = value.if_object();
  auto const* const found =
      object ? object->if_contains(boost::json::string_view(key.data(), key.size())) : nullptr;
  if (!found) throw std::runtime_error("the answer has no `" + std::string(key) + "`");
  return *found;
}

/// That member as an array; throws std::runtime_error.
inline const boost::json::array& member_array(const boost::json::value& value, std::string_view key) {
  auto const* const array = member(value, key).if_array();
  if (!array) throw std::runtime_error("expected a list as `" + std::string(key) + "` of the answer");
  return *array;
}

/// That member as a number; throws std::runtime_error.
inline double member_number(const boost::json::value& value, std::string_view key) {
  auto const& found = member(value, key);
  if (!found.is_number())
    throw std::runtime_error("expected a number as `" + std::string(key) + "` of the answer");
  return found.to_number<double>();
}

}  // namespace fleet::exporters::compliance
