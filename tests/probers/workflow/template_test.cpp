#include "probers/workflow/template.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "probers/workflow/json_template.hpp"
#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::probers::workflow;
using Catch::Matchers::Contains;
using fleet::testing::message_of;

namespace {

JsonTemplate json_of(const std::string& yaml) {
  return JsonTemplate::read(
      config::Document::parse("value: " + yaml, "test.yml").root().mapping({"value"}).required("value"));
}

std::string expanded(const std::string& yaml, const Variables& variables = {}) {
  return boost::json::serialize(json_of(yaml).expand(variables));
}

}  // namespace

TEST_CASE("template: variables are put in, everything else stays") {
  Variables const variables{{"a", "1"}, {"b_2", "x y"}};
  CHECK(Template("").expand(variables) == "");
  CHECK(Template("plain }} text {").expand(variables) == "plain }} text {");
  CHECK(Template("{{a}}").expand(variables) == "1");
  CHECK(Template("<{{ a }}{{b_2}}>").expand(variables) == "<1x y>");
  CHECK(Template("{{a}}/{{a}}").variables() == std::vector<std::string_view>{"a", "a"});
  CHECK_THROWS_AS(Template("{{c}}").expand(variables), std::out_of_range);
}

TEST_CASE("template: what is inserted is not expanded again") {
  CHECK(Template("{{a}}").expand({{"a", "{{b}}"}, {"b", "secret"}}) == "{{b}}");
}

TEST_CASE("template: braces that are wrong") {
  CHECK_THAT(message_of([] { Template("a {{b"); }), Contains("without `}}`"));
  CHECK_THAT(message_of([] { Template("{{}}"); }), Contains("name of a variable"));
  CHECK_THAT(message_of([] { Template("{{1a}}"); }), Contains("got `1a`"));
  CHECK_THAT(message_of([] { Template("{{a b}}"); }), Contains("got `a b`"));
}

TEST_CASE("template: a URL keeps its shape whatever is put into it") {
  Variables const variables{{"id", "a/../b?c=d&e#f %"}, {"link", "https://h/x?y=z"}};
  CHECK(Template("/tasks/{{id}}/x").expand_url(variables) == "/tasks/a%2F..%2Fb%3Fc%3Dd%26e%23f%20%25/x");
  CHECK(Template("{{link}}").expand_url(variables) == "https://h/x?y=z");
  CHECK(Template("{{link}}&id={{id}}").expand_url({{"link", "/a?b"}, {"id", "\xC3\xA4~"}}) ==
        "/a?b&id=%C3%A4~");
}

TEST_CASE("JSON template: plain scalars are typed, quoted ones are texts") {
  CHECK(expanded("{a: 1, b: true, c: null, d: 1.5, e: text, f: [x, 2]}") ==
        R"({"a":1,"b":true,"c":null,"d":1.5E0,"e":"text","f":["x",2]})");
  CHECK(expanded(R"({a: "1", b: 'true', c: "null"})") == R"({"a":"1","b":"true","c":"null"})");
  CHECK(expanded("{a: 012, b: .5, c: yes, d: 0x10}") == R"({"a":"012","b":".5","c":"yes","d":"0x10"})");
  CHECK(expanded("{}") == "{}");
  CHECK(expanded("[]") == "[]");
}

TEST_CASE("JSON template: a number from the environment is a text") {
  ::setenv("FLEET_TEST_PIN", "0123456", 1);
  CHECK(expanded("${FLEET_TEST_PIN}") == R"("0123456")");
  ::setenv("FLEET_TEST_PIN", "12", 1);
  CHECK(expanded("${FLEET_TEST_PIN}") == R"("12")");
}

TEST_CASE("JSON template: variables are put into strings, escaped") {
  CHECK(expanded(R"({user: "{{u}}", list: ["<{{u}}>"]})", {{"u", "a\"b\n"}}) ==
        R"({"user":"a\"b\n","list":["<a\"b\n>"]})");
  CHECK(json_of(R"({a: "{{x}}", b: [{c: "{{y}}"}]})").variables() == std::vector<std::string_view>{"x", "y"});
  CHECK_THAT(message_of([] { json_of("\n  {a: '{{'}"); }),
             Contains("test.yml:2:7") && Contains("without `}}`"));
}
