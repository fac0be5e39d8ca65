#include "probers/workflow/answer.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace fleet::probers::workflow {

namespace json = boost::json;

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::vector<const std::string*> Answer::header_values(std::string_view name) const {
  std::vector<const std::string*> values;
  for (auto const& [key, value] : headers_) {
    if (std::ranges::equal(key, name, [](char a, char b) { return lower(a) == lower(b); }))
      values.push_back(&value);
  }
  return values;
}

const json::value* Answer::json() const {
  if (!json_) {
    json::error_code failed;
    auto parsed = json::parse(body_, failed);
    if (failed) {
      json_.emplace(std::nullopt);
    } else {
      json_.emplace(std::move(parsed));
    }
  }
  return *json_ ? &**json_ : nullptr;
}

bool same_json(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
    return a == b;
  }
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), same_json);
  }
  if (a.is_object() && b.is_object()) {
    auto const& left = a.get_object();
    auto const& right = b.get_object();
    return left.size() == right.size() && std::all_of(left.begin(), left.end(), [&](auto const& member) {
             auto const* other = right.if_contains(member.key());
             return other && same_json(member.value(), *other);
           });
  }
  return a == b;
}

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      break;
  }
  return "an object";
}

bool is_json_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] != '~') continue;
    auto const next = pointer.substr(i + 1, 1);
    if (next != "0" && next != "1") return false;
  }
  return true;
}

const json::value* at_pointer(const json::value& document, std::string_view pointer) {
  json::error_code failed;
  return document.find_pointer(pointer, failed);
}

}  // namespace fleet::probers::workflow
