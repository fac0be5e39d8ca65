// JSON documents with {{variables}} in their strings.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/document.hpp"
#include "probers/workflow/template.hpp"

namespace fleet::probers::workflow {

/// A JSON value whose strings are templates; keys are not. Immutable.
class JsonTemplate {
 public:
  /// From YAML: mappings and lists become objects and arrays. A plain scalar that is a JSON number, `true` or
  /// `false` is one; in quotes, or with ${NAME} in it, it is a string. Throws config::Error.
  static JsonTemplate read(const config::Value& value);

  boost::json::value expand(const Variables& variables) const;
  std::vector<std::string_view> variables() const;

 private:
  using Members = std::vector<std::pair<std::string, JsonTemplate>>;
  using Items = std::vector<JsonTemplate>;
  std::variant<boost::json::value, Template, Items, Members> node_;
};

}  // namespace fleet::probers::workflow
