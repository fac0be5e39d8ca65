// Expressions on a JSON body, in a strict subset of the Common Expression Language.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace fleet::probers::cel {

/// What is written is not in the subset. what() says what was expected; `offset` is where, in bytes.
class SyntaxError : public std::runtime_error {
 public:
  SyntaxError(std::size_t at, const std::string& what) : std::runtime_error(what), offset(at) {}
  std::size_t offset;
};

/// An expression about `body`. Understood are
///   - literals: numbers, 'texts' and "texts" (escapes \\ \' \" \n \r \t \uXXXX, none after r), true, false,
///   null, [lists]
///   - body.member, body["member"], body.list[0]
///   - == != < <= > >= in, && || !, parentheses
///   - size(x), x.size(), has(body.a.b), text.startsWith(t), .endsWith(t), .contains(t), .matches('RE2')
/// All else of CEL (arithmetic, conversions, macros, the conditional operator) is a SyntaxError. Numbers are
/// doubles, as JSON's are. As in CEL an error (a member that is not there, texts compared with numbers by <)
/// ends the evaluation, unless the other side of && or || decides. Immutable; any thread.
class Program {
 public:
  /// Throws SyntaxError.
  explicit Program(std::string text);
  ~Program();
  Program(const Program&) = delete;

  const std::string& text() const { return text_; }
  /// nullopt if it cannot be evaluated or is neither true nor false; `problem` says why, without parts of the
  /// body.
  std::optional<bool> matches(const boost::json::value& body, std::string& problem) const;

  struct Node;

 private:
  std::string text_;
  std::unique_ptr<const Node> root_;
};

}  // namespace fleet::probers::cel
