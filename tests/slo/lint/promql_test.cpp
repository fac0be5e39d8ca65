#include "slo/lint/promql.hpp"

#include <catch2/catch.hpp>

using namespace fleet::promql;

namespace {

std::string printed(std::string_view text) { return print(*parse(text)); }

std::string refused(std::string_view text) {
  try {
    parse(text);
    return "";
  } catch (const SyntaxError& error) {
    return std::to_string(error.offset) + ": " + error.what();
  }
}

// Every operation in parentheses, so that a test sees what binds what.
std::string shape(const Expr& expr) {
  if (const auto* binary = expr.as<Binary>())
    return "(" + shape(*binary->left) + binary->op + shape(*binary->right) + ")";
  if (const auto* unary = expr.as<Unary>())
    return std::string("(") + unary->sign + shape(*unary->operand) + ")";
  return print(expr);
}
std::string shape_of(std::string_view text) { return shape(*parse(text)); }

}  // namespace

TEST_CASE("operators bind as in Prometheus") {
  CHECK(shape_of("a or b and c == d + e * f ^ g") == "(aor(band(c==(d+(e*(f^g))))))");
  CHECK(shape_of("a ^ b ^ c") == "(a^(b^c))");
  CHECK(shape_of("a - b - c") == "((a-b)-c)");
  CHECK(shape_of("-a ^ b") == "(-(a^b))");
  CHECK(shape_of("-a * b") == "((-a)*b)");
  CHECK(shape_of("2 ^ -a * b") == "((2^(-a))*b)");
  CHECK(shape_of("a and b unless c or d") == "(((aandb)unlessc)ord)");
  CHECK(shape_of("-1 ^ 2") == "(-(1^2))");
  CHECK(shape_of("a atan2 b + c") == "((aatan2b)+c)");
}

TEST_CASE("the printed form is Prometheus' own") {
  CHECK(printed("sum(a)by(x)>1e-7") == "sum by (x) (a) > 1e-07");
  CHECK(printed("a{z='1',b=~`x|\"y`}") == R"(a{b=~"x|\"y",z="1"})");
  CHECK(printed("rate(a [ 90s ]offset -1h)") == "rate(a[1m30s] offset -1h)");
  CHECK(printed("a AND ON(x)b") == "a and on (x) b");
  CHECK(printed("a*ignoring(x)group_left b") == "a * ignoring (x) group_left () b");
  CHECK(printed("max_over_time(a[1h:]@ 5 offset 7d)") == "max_over_time(a[1h:] @ 5.000 offset 1w)");
  CHECK(printed("1e21 + 100000000000000000000 + 0.0001 - inf") ==
        "1e+21 + 100000000000000000000 + 0.0001 - +Inf");
  CHECK(printed("- inf ^ -inf") == "-Inf ^ -Inf");
  CHECK(printed("\"\\n\\x01é\"") == "\"\\n\\x01é\"");
  CHECK(printed("sum without () (a)") == "sum without () (a)");
}

TEST_CASE("places of nodes are bytes of the text") {
  auto const expr = parse("  sum by (x) (rate(a{b=\"c\"}[5m])) > 3");
  CHECK(expr->span.begin == 2);
  const auto* binary = expr->as<Binary>();
  REQUIRE(binary != nullptr);
  CHECK(binary->op_span.begin == 34);
  CHECK(binary->right->span.begin == 36);
  std::size_t selector = 0, matcher = 0;
  walk(*expr, [&](const Expr& node) {
    if (const auto* found = node.as<Selector>())
      selector = node.span.begin, matcher = found->matchers[0].span.begin;
  });
  CHECK(selector == 19);
  CHECK(matcher == 21);
}

TEST_CASE("errors name the place and what was expected") {
  CHECK(refused("sum(a") == "5: expected `,` or `)`, got the end of the expression");
  CHECK(refused("a +") == "3: expected an expression, got the end of the expression");
  CHECK(refused("a b") == "2: expected an operator or the end of the expression, got `b`");
  CHECK(refused("rate(a)") == "5: expected a range vector as argument of rate(), got an instant vector");
  CHECK(refused("nosuch(a)") == "0: expected a function of Prometheus, got `nosuch`");
  CHECK(refused("a{b=~\"(\"}") == "5: expected a regular expression (RE2): missing ): ^(?:()$");
  CHECK(refused("1 == 2") == "2: expected bool after a comparison of two scalars");
  CHECK(refused("a[5m:1x]") == "5: expected a duration such as 5m or 1h30m, got `1x`");
  CHECK(refused("é") == "0: expected an expression, got `é`");
  CHECK(refused("{a=\"\"}") == "0: expected a matcher that does not accept every series");
}

TEST_CASE("types are those of Prometheus") {
  CHECK(type_of(*parse("1 + 1")) == Type::scalar);
  CHECK(type_of(*parse("1 + a")) == Type::vector);
  CHECK(type_of(*parse("a[5m]")) == Type::range);
  CHECK(type_of(*parse("a[5m:]")) == Type::range);
  CHECK(type_of(*parse("scalar(a)")) == Type::scalar);
  CHECK(type_of(*parse("-(a)")) == Type::vector);
  CHECK(type_of(*parse("'x'")) == Type::text);
}

TEST_CASE("matchers accept as Prometheus does") {
  auto const expr = parse("a{b=\"x\",c!=\"x\",d=~\"x|y\",e!~\"x.*\"}");
  const auto* selector = expr->as<Selector>();
  REQUIRE(selector != nullptr);
  CHECK(selector->matchers[0].accepts("x"));
  CHECK_FALSE(selector->matchers[0].accepts(""));
  CHECK(selector->matchers[1].accepts(""));
  CHECK_FALSE(selector->matchers[1].accepts("x"));
  CHECK(selector->matchers[2].accepts("y"));
  CHECK_FALSE(selector->matchers[2].accepts("xy"));
  CHECK(selector->matchers[3].accepts("y"));
  CHECK_FALSE(selector->matchers[3].accepts("xz"));
  CHECK(parse("{__name__=\"n\"}")->as<Selector>()->name() == "n");
}
