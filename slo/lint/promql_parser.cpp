#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "slo/lint/promql.hpp"
#include "slo/lint/promql_lexer.hpp"

namespace fleet::promql {
namespace {

using Kind = Token::Kind;

constexpr int max_depth = 500;

constexpr std::array<std::string_view, 12> aggregators{"avg",    "bottomk", "count", "count_values",
                                                       "group",  "max",     "min",   "quantile",
                                                       "stddev", "stdvar",  "sum",   "topk"};
// Keywords that no metric may have as its name, and the one that no label in a list may have.
constexpr std::array<std::string_view, 6> not_metrics{"atan2",       "bool",     "group_left",
                                                      "group_right", "ignoring", "on"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr int power = 6;

// 0: not a binary operator.
int precedence(std::string_view op) {
  if (op == "or") return 1;
  if (op == "and" || op == "unless") return 2;
  if (op == "==" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=") return 3;
  if (op == "+" || op == "-") return 4;
  if (op == "*" || op == "/" || op == "%" || op == "atan2") return 5;
  return op == "^" ? power : 0;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  ExprPtr run() {
    ExprPtr out = binary(1);
    if (peek().kind != Kind::end) fail("expected an operator or the end of the expression");
    return out;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  std::size_t end_of_last() const { return at_ == 0 ? 0 : tokens_[at_ - 1].at + tokens_[at_ - 1].text.size(); }
  std::string keyword() const { return peek().kind == Kind::word ? lower_case(peek().text) : std::string(); }

  [[noreturn]] void fail(const std::string& expected) const {
    bool const ended = peek().kind == Kind::end;
    throw SyntaxError(
        peek().at,
        expected + ", got " + (ended ? "the end of the expression" : "`" + std::string(peek().text) + "`"));
  }
  void expect(std::string_view symbol) {
    if (!peek().is(symbol)) fail("expected `" + std::string(symbol) + "`");
    take();
  }

  template <class Node>
  ExprPtr make(std::size_t begin, Node node) const {
    auto out = std::make_unique<Expr>(Expr{std::move(node), {begin, end_of_last()}, 1});
    for (const Expr* child : children(*out)) out->depth = std::max(out->depth, child->depth + 1);
    if (out->depth > max_depth) throw SyntaxError(begin, "expected an expression that is nested less deeply");
    return out;
  }

  ExprPtr binary(int lowest) {
    if (++nesting_ > max_depth)
      throw SyntaxError(peek().at, "expected an expression that is nested less deeply");
    ExprPtr left = unary();
    for (;;) {
      const Token& token = peek();
      std::string const op = token.kind == Kind::symbol ? std::string(token.text) : keyword();
      int const rank = precedence(op);
      if (rank == 0 || rank < lowest) break;
      take();
      Binary node;
      node.op = op;
      node.op_span = {token.at, token.at + token.text.size()};
      modifiers(node);
      node.right = binary(rank == power ? rank : rank + 1);
      std::size_t const begin = left->span.begin;
      node.left = std::move(left);
      left = make(begin, std::move(node));
    }
    --nesting_;
    return left;
  }

  void modifiers(Binary& node) {
    if (keyword() == "bool") {
      take();
      node.return_bool = true;
    }
    std::string const matching = keyword();
    if (matching != "on" && matching != "ignoring") return;
    take();
    node.on = matching == "on";
    node.labels = label_list();
    std::string const group = keyword();
    if (group != "group_left" && group != "group_right") return;
    take();
    node.group = group == "group_left" ? Group::left : Group::right;
    if (peek().is("(")) node.include = label_list();
  }

  std::vector<std::string> label_list() {
    std::vector<std::string> out;
    expect("(");
    while (!peek().is(")")) {
      if (peek().kind != Kind::word || keyword() == "without") fail("expected the name of a label or `)`");
      out.emplace_back(take().text);
      if (!peek().is(")")) {
        if (!peek().is(",")) fail("expected `,` or `)`");
        take();
      }
    }
    take();
    return out;
  }

  // A sign binds as strongly as `*`: -a^b is -(a^b).
  ExprPtr unary() {
    const Token& token = peek();
    if (!token.is("+") && !token.is("-")) return postfix(primary());
    take();
    ExprPtr operand = binary(power);
    if (auto* number = std::get_if<Number>(&operand->node)) {
      if (token.text == "-") number->value = -number->value;
      operand->span.begin = token.at;
      return operand;
    }
    return make(token.at, Unary{token.text[0], std::move(operand)});
  }

  ExprPtr primary() {
    const Token& token = peek();
    if (token.kind == Kind::number) {
      double const value = number_of(take());
      return make(token.at, Number{value});
    }
    if (token.kind == Kind::text) {
      std::string value = unquoted(take());
      return make(token.at, Text{std::move(value)});
    }
    if (token.is("(")) {
      take();
      ExprPtr inner = binary(1);
      expect(")");
      return make(token.at, Paren{std::move(inner)});
    }
    if (token.is("{")) return selector("");
    if (token.kind == Kind::metric_name) return selector(std::string(take().text));
    if (token.kind == Kind::word) return named();
    fail("expected an expression");
  }

  ExprPtr named() {
    std::string const word = keyword();
    const Token& next = peek(1);
    std::string const following = next.kind == Kind::word ? lower_case(next.text) : std::string();
    if (contains(aggregators, word) && (next.is("(") || following == "by" || following == "without"))
      return aggregate();
    if (next.is("(")) return call();
    if (contains(not_metrics, word)) fail("expected an expression");
    return selector(std::string(take().text));
  }

  std::vector<ExprPtr> argument_list() {
    std::vector<ExprPtr> out;
    expect("(");
    while (!peek().is(")")) {
      out.push_back(binary(1));
      if (peek().is(")")) break;
      if (!peek().is(",")) fail("expected `,` or `)`");
      take();
      if (peek().is(")")) fail("expected another argument after `,`");
    }
    take();
    return out;
  }

  ExprPtr aggregate() {
    const Token& token = take();
    Aggregate node;
    node.op = lower_case(token.text);
    bool grouped = grouping(node);
    std::vector<ExprPtr> arguments = argument_list();
    if (!grouped) grouping(node);
    bool const parameter =
        node.op == "topk" || node.op == "bottomk" || node.op == "quantile" || node.op == "count_values";
    std::size_t const wanted = parameter ? 2 : 1;
    if (arguments.size() != wanted) {
      throw SyntaxError(token.at, "expected " + std::to_string(wanted) +
                                      (parameter ? " arguments" : " argument") + " for " + node.op + ", got " +
                                      std::to_string(arguments.size()));
    }
    if (parameter) node.parameter = std::move(arguments[0]);
    node.of = std::move(arguments.back());
    return make(token.at, std::move(node));
  }

  bool grouping(Aggregate& node) {
    std::string const word = keyword();
    if (word != "by" && word != "without") return false;
    take();
    node.without = word == "without";
    node.labels = label_list();
    return true;
  }

  ExprPtr call() {
    const Token& token = take();
    const Function* function = find_function(token.text);
    if (function == nullptr) {
      throw SyntaxError(token.at, "expected a function of Prometheus, got `" + std::string(token.text) + "`");
    }
    std::vector<ExprPtr> arguments = argument_list();
    return make(token.at, Call{function, std::move(arguments)});
  }

  ExprPtr selector(std::string metric) {
    std::size_t const begin = metric.empty() ? peek().at : tokens_[at_ - 1].at;
    Selector node{std::move(metric)};
    if (peek().is("{")) {
      take();
      while (!peek().is("}")) {
        node.matchers.push_back(matcher());
        if (peek().is("}")) break;
        if (!peek().is(",")) fail("expected `,` or `}`");
        take();
      }
      take();
    }
    return make(begin, std::move(node));
  }

  Matcher matcher() {
    const Token& label = peek();
    if (label.kind != Kind::word) fail("expected the name of a label or `}`");
    take();
    std::string_view const op = peek().text;
    Matcher out{std::string(label.text), MatchOperator::equal, "", {label.at, label.at}, nullptr};
    if (op == "!=") {
      out.op = MatchOperator::not_equal;
    } else if (op == "=~") {
      out.op = MatchOperator::regex;
    } else if (op == "!~") {
      out.op = MatchOperator::not_regex;
    } else if (op != "=") {
      fail("expected =, !=, =~ or !~");
    }
    take();
    if (peek().kind != Kind::text) fail("expected a text in quotes");
    const Token& value = take();
    out.value = unquoted(value);
    out.span.end = end_of_last();
    if (out.op == MatchOperator::regex || out.op == MatchOperator::not_regex) {
      out.pattern = std::make_shared<const re2::RE2>("^(?:" + out.value + ")$", re2::RE2::Quiet);
      if (!out.pattern->ok()) {
        throw SyntaxError(value.at, "expected a regular expression (RE2): " + out.pattern->error());
      }
    }
    return out;
  }

  ExprPtr postfix(ExprPtr expr) {
    for (;;) {
      if (peek().is("[")) {
        expr = bracket(std::move(expr));
      } else if (peek().is("@")) {
        pin(*expr);
      } else if (keyword() == "offset") {
        shift(*expr);
      } else {
        return expr;
      }
      expr->span.end = end_of_last();
    }
  }

  std::chrono::milliseconds duration() {
    if (peek().kind != Kind::duration) fail("expected a duration such as 5m or 1h30m");
    return duration_of(take());
  }

  ExprPtr bracket(ExprPtr expr) {
    const Token& open = take();
    std::size_t const begin = expr->span.begin;
    auto const length = duration();
    if (peek().is(":")) {
      take();
      Subquery node{std::move(expr), length, std::nullopt};
      if (peek().kind == Kind::duration) node.step = duration();
      expect("]");
      return make(begin, std::move(node));
    }
    if (!peek().is("]")) fail("expected `]` or `:`");
    take();
    const auto* selector = expr->as<Selector>();
    if (selector == nullptr) {
      throw SyntaxError(open.at,
                        "expected a selector of series before a range; other expressions take [range:step]");
    }
    if (selector->moment.pinned() || selector->moment.offset.count() != 0) {
      throw SyntaxError(open.at, "expected the range before `offset` and `@`");
    }
    return make(begin, RangeSelector{std::move(expr), length});
  }

  Moment& moment_of(Expr& expr, std::size_t at) const {
    if (auto* selector = std::get_if<Selector>(&expr.node)) return selector->moment;
    if (auto* subquery = std::get_if<Subquery>(&expr.node)) return subquery->moment;
    if (auto* range = std::get_if<RangeSelector>(&expr.node))
      return std::get<Selector>(range->selector->node).moment;
    throw SyntaxError(at, "expected a selector or a subquery before `offset` and `@`");
  }

  void shift(Expr& expr) {
    const Token& token = take();
    bool const back = peek().is("-");
    if (back) take();
    auto const length = duration();
    Moment& moment = moment_of(expr, token.at);
    if (moment.offset.count() != 0) throw SyntaxError(token.at, "expected one `offset`, got a second one");
    moment.offset = back ? -length : length;
  }

  void pin(Expr& expr) {
    const Token& token = take();
    Moment found;
    std::string const word = keyword();
    if (word == "start" || word == "end") {
      take();
      expect("(");
      expect(")");
      found.anchor = word == "start" ? Moment::Anchor::start : Moment::Anchor::end;
    } else {
      bool const minus = peek().is("-");
      if (minus || peek().is("+")) take();
      if (peek().kind != Kind::number) fail("expected a Unix time, start() or end()");
      double const value = number_of(take());
      constexpr double limit = 9223372036854775807.0;
      if (!std::isfinite(value) || value >= limit) {
        throw SyntaxError(token.at, "expected a Unix time within 64 bits");
      }
      found.at = minus ? -value : value;
    }
    Moment& moment = moment_of(expr, token.at);
    if (moment.pinned()) throw SyntaxError(token.at, "expected one `@`, got a second one");
    moment.at = found.at;
    moment.anchor = found.anchor;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

ExprPtr parse(std::string_view text) {
  ExprPtr out = Parser(text).run();
  type_of(*out);
  return out;
}

}  // namespace fleet::promql
