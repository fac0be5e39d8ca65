#include "probers/http/cel.hpp"

#include <algorithm>
#include <cmath>

#include "probers/http/cel_node.hpp"

namespace fleet::probers::cel {

namespace {

using boost::json::value;
using Node = Program::Node;

class EvaluationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value that stands in the body or the program, or one that was computed.
class Operand {
 public:
  explicit Operand(const value* found) : found_(found) {}
  explicit Operand(value made) : made_(std::move(made)) {}
  const value& get() const { return found_ ? *found_ : made_; }

 private:
  const value* found_ = nullptr;
  value made_;
};

bool is_equal(const value& a, const value& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (auto const* const list = a.if_array())
    return std::ranges::equal(*list, b.get_array(),
                              [](auto const& x, auto const& y) { return is_equal(x, y); });
  if (auto const* const map = a.if_object()) {
    auto const& other = b.get_object();
    return map->size() == other.size() && std::ranges::all_of(*map, [&](auto const& member) {
             auto const* const same = other.if_contains(member.key());
             return same && is_equal(member.value(), *same);
           });
  }
  return a == b;
}

/// -1, 0, 1.
int order(const value& a, const value& b) {
  if (a.is_number() && b.is_number()) {
    auto const x = a.to_number<double>(), y = b.to_number<double>();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is_string() && b.is_string()) return a.get_string().compare(b.get_string());
  if (a.is_bool() && b.is_bool()) return static_cast<int>(a.get_bool()) - static_cast<int>(b.get_bool());
  throw EvaluationError("values of these types have no order");
}

std::string_view text_of(const value& operand) {
  if (!operand.is_string()) throw EvaluationError("not a text");
  auto const& text = operand.get_string();
  return {text.data(), text.size()};
}

/// Of a text its code points, as CEL counts.
double size_of(const value& operand) {
  if (auto const* const list = operand.if_array()) return static_cast<double>(list->size());
  if (auto const* const map = operand.if_object()) return static_cast<double>(map->size());
  auto const text = text_of(operand);
  return static_cast<double>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

const value* find_member(const value& of, std::string_view name) {
  auto const* const map = of.if_object();
  if (!map) throw EvaluationError("`" + std::string(name) + "` is asked of what has no members");
  return map->if_contains({name.data(), name.size()});
}

const value* find_index(const value& of, const value& key) {
  if (key.is_string()) return find_member(of, text_of(key));
  auto const* const list = of.if_array();
  if (!list || !key.is_number()) throw EvaluationError("an index needs a list and a number");
  auto const index = key.to_number<double>();
  if (index < 0 || index >= static_cast<double>(list->size()) || index != std::floor(index))
    throw EvaluationError("the list has no such index");
  return &(*list)[static_cast<std::size_t>(index)];
}

bool is_in(const value& wanted, const value& all) {
  if (auto const* const list = all.if_array())
    return std::ranges::any_of(*list, [&](auto const& element) { return is_equal(element, wanted); });
  if (!all.is_object()) throw EvaluationError("`in` needs a list or an object");
  return wanted.is_string() && find_member(all, text_of(wanted)) != nullptr;
}

class Evaluation {
 public:
  explicit Evaluation(const value& body) : body_(body) {}

  Operand of(const Node& node) const {
    switch (node.operation) {
      case Operation::literal:
        return Operand(&node.literal);
      case Operation::body:
        return Operand(&body_);
      case Operation::list:
        return list(node);
      case Operation::member:
      case Operation::index:
        return path(node);
      case Operation::size:
        return Operand(value(size_of(part(node, 0).get())));
      default:
        return Operand(value(truth(node)));
    }
  }

 private:
  Operand part(const Node& node, std::size_t index) const { return of(*node.parts[index]); }

  Operand list(const Node& node) const {
    boost::json::array elements;
    for (auto const& element : node.parts) elements.push_back(of(*element).get());
    return Operand(value(std::move(elements)));
  }

  Operand path(const Node& node) const {
    auto const base = part(node, 0);
    auto const* found = node.operation == Operation::member ? find_member(base.get(), node.text)
                                                            : find_index(base.get(), part(node, 1).get());
    if (!found) throw EvaluationError("no such member" + (node.text.empty() ? "" : " `" + node.text + "`"));
    // What hangs on a computed value ends with it.
    return is_of_body(node) ? Operand(found) : Operand(value(*found));
  }

  static bool is_of_body(const Node& node) {
    if (node.operation == Operation::body) return true;
    bool const step = node.operation == Operation::member || node.operation == Operation::index;
    return step && is_of_body(*node.parts[0]);
  }

  bool boolean(const Node& node) const {
    auto const operand = of(node);
    if (!operand.get().is_bool()) throw EvaluationError("neither true nor false");
    return operand.get().get_bool();
  }

  /// `decisive` on either side decides, even if the other side is an error.
  bool both(const Node& node, bool decisive) const {
    std::optional<EvaluationError> error;
    for (auto const& side : node.parts) try {
        if (boolean(*side) == decisive) return decisive;
      } catch (const EvaluationError& failure) {
        if (!error) error = failure;
      }
    if (error) throw *error;
    return !decisive;
  }

  bool truth(const Node& node) const {
    switch (node.operation) {
      case Operation::all_of:
        return both(node, false);
      case Operation::any_of:
        return both(node, true);
      case Operation::negate:
        return !boolean(*node.parts[0]);
      case Operation::has: {
        auto const& member = *node.parts[0];
        return find_member(part(member, 0).get(), member.text) != nullptr;
      }
      default:
        break;
    }
    auto const left = part(node, 0), right = part(node, 1);
    return relation(node, left.get(), right.get());
  }

  static bool relation(const Node& node, const value& left, const value& right) {
    switch (node.operation) {
      case Operation::equal:
        return is_equal(left, right);
      case Operation::unequal:
        return !is_equal(left, right);
      case Operation::less:
        return order(left, right) < 0;
      case Operation::less_or_equal:
        return order(left, right) <= 0;
      case Operation::greater:
        return order(left, right) > 0;
      case Operation::greater_or_equal:
        return order(left, right) >= 0;
      case Operation::in:
        return is_in(left, right);
      case Operation::starts_with:
        return text_of(left).starts_with(text_of(right));
      case Operation::ends_with:
        return text_of(left).ends_with(text_of(right));
      case Operation::contains:
        return text_of(left).find(text_of(right)) != std::string_view::npos;
      default: {  // matches
        auto const text = text_of(left);
        return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *node.regex);
      }
    }
  }

  const value& body_;
};

}  // namespace

Program::Program(std::string text) : text_(std::move(text)), root_(parse(text_)) {}
Program::~Program() = default;

std::optional<bool> Program::matches(const value& body, std::string& problem) const {
  try {
    auto const result = Evaluation(body).of(*root_);
    if (result.get().is_bool()) return result.get().get_bool();
    problem = "the result is neither true nor false";
  } catch (const EvaluationError& error) {
    problem = error.what();
  }
  return std::nullopt;
}

}  // namespace fleet::probers::cel
