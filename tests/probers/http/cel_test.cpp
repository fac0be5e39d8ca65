#include "probers/http/cel.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using fleet::probers::cel::Program;
using fleet::probers::cel::SyntaxError;

namespace {

/// "true", "false" or "error: why".
std::string evaluated(const std::string& expression, const std::string& body = R"({
    "foo": "bar", "baz": "qux", "n": 5, "neg": -2.5, "big": 9007199254740993, "yes": true, "none": null,
    "list": [1, 2.0, "three", {"deep": [[7]]}], "map": {"a b": 1, "x": {"y": "z"}}, "umlaut": "\u00e4\u00f6", "empty": ""
  })") {
  Program const program(expression);
  std::string problem;
  auto const result = program.matches(boost::json::parse(body), problem);
  return result ? (*result ? "true" : "false") : "error: " + problem;
}

/// "offset: what", or "none".
std::string refused(const std::string& expression) {
  try {
    Program const program(expression);
    return "none";
  } catch (const SyntaxError& error) {
    return std::to_string(error.offset) + ": " + error.what();
  }
}

}  // namespace

TEST_CASE("CEL: what is true of a body") {
  for (std::string const expression : {"body.foo == 'bar' && body.baz.startsWith('q')",
                                       "body.foo == \"bar\"",
                                       "body.n == 5",
                                       "body.n == 5.0",
                                       "body.n >= 5 && body.n <= 5",
                                       "body.neg < -2",
                                       "body.yes",
                                       "!(!body.yes)",
                                       "body.none == null",
                                       "body.foo != null",
                                       "body['foo'] == 'bar'",
                                       "body.map['a b'] == 1",
                                       "body.list[1] == 2",
                                       "body.list[3].deep[0][0] == 7",
                                       "2 in body.list",
                                       "'three' in body.list",
                                       "'x' in body.map",
                                       "!('y' in body.map)",
                                       "body.foo in ['foo', 'bar']",
                                       "size(body.list) == 4",
                                       "body.list.size() == 4",
                                       "size(body.map) == 2",
                                       "body.umlaut.size() == 2",
                                       "size('') == 0",
                                       "has(body.foo)",
                                       "has(body.none)",
                                       "!has(body.gone)",
                                       "!has(body.map.gone)",
                                       "body.foo.endsWith('ar')",
                                       "body.foo.contains('a')",
                                       "body.foo.matches('^b.r$')",
                                       "body.baz.matches(r'\\w+')",
                                       "'b' < 'c'",
                                       "false < true",
                                       "[1, [2]] == [1.0, [2]]",
                                       "body.gone == 1 || body.n == 5",
                                       "body.n == 5 || body.gone == 1",
                                       "!(body.gone == 1 && body.n == 4)",
                                       "body.foo == 'b\\u0061r'",
                                       "'\\'' == \"'\"",
                                       "body.foo == 1 || true",
                                       "body.foo != 1",
                                       "true",
                                       " ( true ) ",
                                       "body.n > 4 == true",
                                       "body.map.x.y=='z'",
                                       "1e3 == 1000",
                                       "5u == body.n"}) {
    INFO(expression);
    CHECK(evaluated(expression) == "true");
  }
}

TEST_CASE("CEL: what is false, and what cannot be told") {
  CHECK(evaluated("body.foo == 'baz'") == "false");
  CHECK(evaluated("body.foo == 1") == "false");
  CHECK(evaluated("body.yes && body.n == 6") == "false");
  CHECK(evaluated("body.gone == 1 && false") == "false");
  CHECK(evaluated("9 in body.list") == "false");
  CHECK(evaluated("1 in body.map") == "false");
  CHECK(evaluated("body.gone == 1") == "error: no such member `gone`");
  CHECK(evaluated("body.gone == 1 && true") == "error: no such member `gone`");
  CHECK(evaluated("body.foo.bar == 1") == "error: `bar` is asked of what has no members");
  CHECK(evaluated("body.list[9] == 1") == "error: the list has no such index");
  CHECK(evaluated("body.list[0.5] == 1") == "error: the list has no such index");
  CHECK(evaluated("body.list[-1] == 1") == "error: the list has no such index");
  CHECK(evaluated("body.foo < 5") == "error: values of these types have no order");
  CHECK(evaluated("body.n.startsWith('5')") == "error: not a text");
  CHECK(evaluated("body.foo") == "error: the result is neither true nor false");
  CHECK(evaluated("!body.foo") == "error: neither true nor false");
  CHECK(evaluated("has(body.foo.bar)") == "error: `bar` is asked of what has no members");
}

TEST_CASE("CEL: what is not in the subset is refused, with its place") {
  CHECK(refused("") == "0: expected a value");
  CHECK(refused("body.") == "5: expected the name of a member");
  CHECK(refused("response.foo == 1") == "0: expected `body`, a literal, size() or has(), got `response`");
  CHECK(refused("body.n + 1 == 2") == "7: expected the end, or one of == != < <= > >= in && ||");
  CHECK(refused("body.n = 1") == "7: expected the end, or one of == != < <= > >= in && ||");
  CHECK(refused("body.n == 1 ? true : false") == "12: expected the end, or one of == != < <= > >= in && ||");
  CHECK(refused("body.list.exists(x, x == 1)") ==
        "10: expected size, startsWith, endsWith, contains or matches");
  CHECK(refused("int(body.n) == 1") == "0: expected `body`, a literal, size() or has(), got `int`");
  CHECK(refused("has(body)") == "0: expected has(body.member)");
  CHECK(refused("body.foo.matches(body.baz)") == "17: expected a text between quotes");
  CHECK(refused("body.foo.matches('(')") == "17: expected a regular expression (RE2): missing ): (");
  CHECK(refused("body.foo == 'bar") == "12: expected the text to end with its quote");
  CHECK(refused("body.foo == '\\q'") == "13: expected an escape such as \\n, \\\\ or \\u0020");
  CHECK(refused("body.foo == '\\u00g0'") == "13: expected four hexadecimal digits");
  CHECK(refused("(body.yes") == "9: expected `)`");
  CHECK(refused("body.list[0 == 1") == "16: expected `]`");
  CHECK(refused("body.n == 1x") == "10: expected a number");
  CHECK(refused("body.n == -") == "10: expected a number");
  CHECK(refused("'''x''' == 'x'") == "0: expected no triple quotes");
  CHECK(refused(std::string(100, '(') + "true") != "none");
  CHECK(refused(std::string(1000, '!') + "true") != "none");
}
