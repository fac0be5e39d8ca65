// The tree of a CEL expression; private to cel*.cpp.
#pragma once

#include <re2/re2.h>

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "probers/http/cel.hpp"

namespace fleet::probers::cel {

enum class Operation : std::uint8_t {
  literal,
  body,
  list,
  member,  ///< first[text]
  index,   ///< first[second]
  all_of,
  any_of,
  negate,
  equal,
  unequal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  in,
  size,
  has,  ///< of a member
  starts_with,
  ends_with,
  contains,
  matches
};

struct Program::Node {
  Operation operation = Operation::literal;
  std::vector<std::unique_ptr<const Node>> parts;
  boost::json::value literal;
  std::string text;  ///< a member's name
  std::shared_ptr<const re2::RE2> regex;
};

/// Throws SyntaxError.
std::unique_ptr<const Program::Node> parse(std::string_view text);

}  // namespace fleet::probers::cel
