#include "probers/tcp/capture_template.hpp"

#include <catch2/catch.hpp>

using fleet::probers::CaptureTemplate;

namespace {

/// With `(?P<user>\w+)@(\w+)(x)?` matched against "me@home".
std::string expanded(const char* text) {
  re2::RE2 const expression(R"((?P<user>\w+)@(\w+)(x)?)");
  std::vector<std::string_view> const groups{"me@home", "me", "home", ""};
  return CaptureTemplate(text, expression).expand(groups);
}

}  // namespace

TEST_CASE("groups are named by number or name, with braces or without") {
  CHECK(expanded("USER $1 ${2} $user ${user}!") == "USER me home me me!");
  CHECK(expanded("$0") == "me@home");
  CHECK(expanded("") == "");
  CHECK(expanded("no places") == "no places");
}

TEST_CASE("a name goes on as long as it can") {
  CHECK(expanded("[$1x]") == "[]");
  CHECK(expanded("[${1}x]") == "[mex]");
  CHECK(expanded("[$user_]") == "[]");
  CHECK(expanded("[$1-$2]") == "[me-home]");
}

TEST_CASE("groups that are unknown or took no part are empty") {
  CHECK(expanded("[$3][$4][$nobody][${99999999999}]") == "[][][][]");
}

TEST_CASE("a dollar is a dollar where it names nothing") {
  CHECK(expanded("$$1 $$") == "$1 $");
  CHECK(expanded("$ $- ${} ${a b} ${1") == "$ $- ${} ${a b} ${1");
  CHECK(expanded("100$") == "100$");
}

TEST_CASE("a literal has no places") {
  CHECK(CaptureTemplate::literal("$1 ${user} $$").expand({}) == "$1 ${user} $$");
}
