#include <re2/re2.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <limits>

#include "tests/core/config/error_of.hpp"

using namespace fleet::config;
using fleet::testing::error_of;
using fleet::testing::yaml;

namespace {

// The error of reading the scalar `text`.
std::string refusal(const std::string& text, const std::function<void(const Value&)>& read) {
  return error_of([&] { read(yaml("v: " + text + "\n").mapping({"v"}).required("v")); });
}

}  // namespace

TEST_CASE("integers") {
  auto const read = [](const Value& v) { v.integer(-5, 100); };
  CHECK(yaml("42").integer(0, 100) == 42);
  CHECK(yaml("\"42\"").integer(0, 100) == 42);
  CHECK(yaml("-5").integer(-5, 100) == -5);
  CHECK(yaml("100").integer(-5, 100) == 100);
  for (std::string const text :
       {"101", "-6", "1.0", "1e2", "0x10", "1_000", "ten", "99999999999999999999", "\"\"", "+-1"}) {
    CAPTURE(text);
    std::string const shown = text == "\"\"" ? "``" : "`" + text + "`";
    CHECK(refusal(text, read) == "t.yml:1:4: expected an integer from -5 to 100, got " + shown);
  }
  CHECK(refusal("[1]", read) == "t.yml:1:4: expected an integer from -5 to 100, got a list");
}

TEST_CASE("numbers") {
  auto const read = [](const Value& v) { v.number(0, 1); };
  CHECK(yaml("0.95").number(0, 1) == 0.95);
  CHECK(yaml("1e-3").number(0, 1) == 0.001);
  CHECK(yaml("1").number(0, 1) == 1);
  for (std::string const text : {"1.01", "-0.1", ".inf", "nan", "inf", "0,5", "1e999", "half"}) {
    CAPTURE(text);
    CHECK(refusal(text, read) == "t.yml:1:4: expected a number from 0 to 1, got `" + text + "`");
  }
}

TEST_CASE("booleans are true or false, not YAML 1.1's yes and on") {
  CHECK(yaml("true").boolean());
  CHECK_FALSE(yaml("false").boolean());
  for (std::string const text : {"yes", "on", "True", "1"}) {
    CHECK(refusal(text, [](const Value& v) { v.boolean(); }) ==
          "t.yml:1:4: expected `true` or `false`, got `" + text + "`");
  }
}

TEST_CASE("words of a fixed set") {
  CHECK(yaml("b").one_of({"a", "b"}) == "b");
  CHECK(refusal("c", [](const Value& v) {
          v.one_of({"a", "b"});
        }) == "t.yml:1:4: expected one of `a`, `b`, got `c`");
}

TEST_CASE("regular expressions are RE2's") {
  auto const regex = yaml("'^a+$'").regex();
  CHECK(re2::RE2::PartialMatch("aaa", *regex));
  CHECK_FALSE(re2::RE2::PartialMatch("aab", *regex));
  CHECK(refusal("'a('", [](const Value& v) { v.regex(); }) ==
        "t.yml:1:4: expected a regular expression (RE2): missing ): a(");
  CHECK(refusal("'(?<=a)b'", [](const Value& v) { v.regex(); }).find("expected a regular expression") !=
        std::string::npos);
}

TEST_CASE("URLs need a scheme and a host, and carry no credentials") {
  for (std::string const url :
       {"http://x", "https://x.y:8443/a?b=c#d", "http://[::1]:80/", "http://127.0.0.1"}) {
    CAPTURE(url);
    CHECK(yaml("'" + url + "'").http_url() == url);
  }
  for (std::string const url :
       {"x", "ftp://x", "http://", "http:///a", "http://:80", "http://x:0", "http://x:65536",
        "http://x:", "http://x:+80", "http://a b", "http://[]:1", "http://[::1", "HTTP//x"}) {
    CAPTURE(url);
    CHECK(refusal("'" + url + "'", [](const Value& v) { v.http_url(); }) ==
          "t.yml:1:4: expected an http:// or https:// URL with a host, got `" + url + "`");
  }
  CHECK(refusal("http://me:hunter2@x/", [](const Value& v) { v.http_url(); }) ==
        "t.yml:1:4: expected a URL without user name and password");
}

TEST_CASE("texts and file names") {
  CHECK(yaml("''").text().empty());
  CHECK(refusal("''", [](const Value& v) { v.non_empty_text(); }) ==
        "t.yml:1:4: expected a text that is not empty");
  CHECK(refusal("''", [](const Value& v) { v.path(); }) ==
        "t.yml:1:4: expected a file name, got an empty text");
  CHECK(refusal("{a: 1}", [](const Value& v) { v.text(); }) == "t.yml:1:4: expected a text, got a mapping");
  CHECK(refusal("~", [](const Value& v) { v.text(); }).ends_with("expected a text, got nothing"));
  CHECK(yaml("a: x.txt").mapping({"a"}).required("a").path() == "x.txt");
}

TEST_CASE("environment variables are expanded, and never shown") {
  ::setenv("FLEET_TEST_PORT", "9701", 1);
  ::unsetenv("FLEET_TEST_UNSET");
  CHECK(yaml("127.0.0.1:${FLEET_TEST_PORT}").text() == "127.0.0.1:9701");
  CHECK(yaml("${FLEET_TEST_PORT}").integer(1, 65535) == 9701);
  CHECK(yaml("a$${b}c$d$").text() == "a${b}c$d$");
  CHECK(refusal("${FLEET_TEST_PORT}", [](const Value& v) { v.integer(1, 5); }) ==
        "t.yml:1:4: expected an integer from 1 to 5, got `${FLEET_TEST_PORT}`");
  CHECK(refusal("x${FLEET_TEST_UNSET}", [](const Value& v) { v.text(); }) ==
        "t.yml:1:4: expected environment variable `FLEET_TEST_UNSET` to be set");
  for (std::string const text : {"'${'", "'${}'", "'${a b}'", "'${1A}'", "'${A'"}) {
    CAPTURE(text);
    CHECK(refusal(text, [](const Value& v) { v.text(); }).starts_with("t.yml:1:4: expected ${NAME}"));
  }
  // What a variable holds is a value, not more configuration.
  ::setenv("FLEET_TEST_PORT", "${HOME}", 1);
  CHECK(yaml("${FLEET_TEST_PORT}").text() == "${HOME}");
}

TEST_CASE("a long value is shown cut, without half a character") {
  std::string const long_text = std::string(59, 'x') + "ééé";
  CHECK(refusal(long_text, [](const Value& v) { v.boolean(); }) ==
        "t.yml:1:4: expected `true` or `false`, got `" + std::string(59, 'x') + "...`");
}

TEST_CASE("fallbacks are for absent keys only") {
  auto const root = yaml("t: x\nb: true\ni: 3\nn: 0.5\n").mapping({"t", "b", "i", "n", "other"});
  CHECK(root.text_or("t", "y") == "x");
  CHECK(root.text_or("other", "y") == "y");
  CHECK(root.boolean_or("b", false));
  CHECK(root.boolean_or("other", true));
  CHECK(root.integer_or("i", 9, 0, 10) == 3);
  CHECK(root.integer_or("other", 9, 0, 10) == 9);
  CHECK(root.number_or("n", 0.1, 0, 1) == 0.5);
  CHECK(root.number_or("other", 0.1, 0, 1) == 0.1);
  CHECK_FALSE(root.optional("other"));
  CHECK(error_of([&] { root.required("other"); }) == "t.yml:1:1: missing key `other`");
}
