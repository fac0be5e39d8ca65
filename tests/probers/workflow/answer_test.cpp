// Expectations and extractions on plain answers.
#include "probers/workflow/answer.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "probers/workflow/assertion.hpp"
#include "probers/workflow/extraction.hpp"

using namespace fleet::probers;
using namespace fleet::probers::workflow;
using Catch::Matchers::Contains;

namespace {

std::shared_ptr<const re2::RE2> regex(const char* pattern) { return std::make_shared<const re2::RE2>(pattern); }

Answer json_answer(std::string body) {
  return Answer(200, {{"Content-Type", "application/json"}, {"X-Part", "a"}, {"x-part", "b"}}, std::move(body));
}

JsonTemplate expected_json(const std::string& yaml) {
  return JsonTemplate::read(
      fleet::config::Document::parse("v: " + yaml, "t.yml").root().mapping({"v"}).required("v"));
}

std::optional<Miss> equals(const Answer& answer, std::string pointer, const std::string& yaml,
                           const Variables& variables = {}) {
  JsonAssertion assertion;
  assertion.pointer = std::move(pointer);
  assertion.equals = expected_json(yaml);
  return check(Assertion(assertion), answer, variables);
}

std::optional<Miss> matches(const Answer& answer, std::string pointer, const char* pattern) {
  JsonAssertion assertion;
  assertion.pointer = std::move(pointer);
  assertion.matches = regex(pattern);
  return check(Assertion(assertion), answer, {});
}

std::optional<Miss> exists(const Answer& answer, std::string pointer, bool wanted) {
  JsonAssertion assertion;
  assertion.pointer = std::move(pointer);
  assertion.exists = wanted;
  return check(Assertion(assertion), answer, {});
}

Extraction from_json(std::string pointer) {
  Extraction extraction;
  extraction.variable = "v";
  extraction.json = std::move(pointer);
  return extraction;
}

}  // namespace

TEST_CASE("assertion: status") {
  Answer const created(201, {}, "");
  CHECK_FALSE(check(Assertion(StatusAssertion{}), created, {}));
  CHECK_FALSE(check(Assertion(StatusAssertion{{200, 201}}), created, {}));
  auto const miss = check(Assertion(StatusAssertion{{200}}), created, {});
  REQUIRE(miss);
  CHECK(miss->reason == Reason::status);
  CHECK(miss->detail == "HTTP status 201");
  CHECK(check(Assertion(StatusAssertion{}), Answer(199, {}, ""), {}));
  CHECK(check(Assertion(StatusAssertion{}), Answer(300, {}, ""), {}));
}

TEST_CASE("assertion: JSON values are compared as values") {
  auto const answer =
      json_answer(R"({"n": 1, "d": 2.0, "s": "1", "t": true, "z": null, "a": [1, {"k": "v"}], "x/y": "~"})");
  CHECK_FALSE(equals(answer, "/n", "1"));
  CHECK_FALSE(equals(answer, "/n", "1.0"));
  CHECK_FALSE(equals(answer, "/d", "2"));
  CHECK(equals(answer, "/n", "\"1\""));
  CHECK(equals(answer, "/s", "1"));
  CHECK_FALSE(equals(answer, "/s", "\"1\""));
  CHECK_FALSE(equals(answer, "/t", "true"));
  CHECK_FALSE(equals(answer, "/z", "null"));
  CHECK_FALSE(equals(answer, "/a", "[1, {k: v}]"));
  CHECK(equals(answer, "/a", "[1]"));
  CHECK(equals(answer, "/a", "[1, {k: v, more: 1}]"));
  CHECK_FALSE(equals(answer, "/a/1/k", "\"{{x}}\"", {{"x", "v"}}));
  CHECK_FALSE(equals(answer, "/x~1y", "\"~\""));
  CHECK(equals(answer, "/a/7", "1")->detail == "json /a/7 is missing");
  CHECK(equals(answer, "/n", "2")->reason == Reason::assertion);
}

TEST_CASE("assertion: JSON by expression and by presence") {
  auto const answer = json_answer(R"({"s": "done", "n": 42, "z": null})");
  CHECK_FALSE(matches(answer, "/s", "^(done|failed)$"));
  CHECK_FALSE(matches(answer, "/n", "^4"));
  CHECK(matches(answer, "/s", "^failed"));
  CHECK(matches(answer, "/q", ".")->detail == "json /q is missing");
  CHECK_FALSE(exists(answer, "/z", true));
  CHECK_FALSE(exists(answer, "/q", false));
  CHECK(exists(answer, "/q", true));
  CHECK(exists(answer, "/s", false));
  CHECK(exists(json_answer("<html>"), "/s", true)->detail == "the body is not JSON");
  CHECK(exists(json_answer(R"({"s":1} trailing)"), "/s", true)->detail == "the body is not JSON");
}

TEST_CASE("assertion: what is shown of an answer is never its content") {
  auto const answer = json_answer(R"({"token": "hunter2"})");
  for (auto const& miss : {equals(answer, "/token", "other"), matches(answer, "/token", "^other"),
                           check(Assertion(BodyAssertion{regex("other"), true}), answer, {})}) {
    REQUIRE(miss);
    CHECK_THAT(miss->detail, !Contains("hunter2"));
  }
  CHECK_THAT(equals(answer, "/token", "other")->detail, Contains("a string"));
}

TEST_CASE("assertion: body and headers") {
  auto const answer = json_answer("maintenance");
  CHECK_FALSE(check(Assertion(BodyAssertion{regex("^main"), true}), answer, {}));
  CHECK_FALSE(check(Assertion(BodyAssertion{regex("xyz"), false}), answer, {}));
  CHECK(check(Assertion(BodyAssertion{regex("main"), false}), answer, {})->reason == Reason::body);

  HeaderAssertion header;
  header.name = "X-PART";
  header.equals = Template("{{p}}");
  CHECK_FALSE(check(Assertion(header), answer, {{"p", "a"}}));
  CHECK_FALSE(check(Assertion(header), answer, {{"p", "b"}}));
  CHECK(check(Assertion(header), answer, {{"p", "c"}})->reason == Reason::header);
  header.equals.reset();
  header.exists = false;
  CHECK(check(Assertion(header), answer, {}));
  header.name = "absent";
  CHECK_FALSE(check(Assertion(header), answer, {}));
  header.exists.reset();
  header.matches = regex("a");
  CHECK(check(Assertion(header), answer, {})->detail == "header absent is missing");
}

TEST_CASE("extraction: from JSON, headers and text") {
  auto const answer = json_answer(R"({"id": "t-1", "n": 7, "o": {"a": [1]}, "z": null, "e": ""})");
  CHECK(extract(from_json("/id"), answer).value == "t-1");
  CHECK(extract(from_json("/n"), answer).value == "7");
  CHECK(extract(from_json("/o"), answer).value == R"({"a":[1]})");
  CHECK(extract(from_json("/z"), answer).problem == "v: json /z is null");
  CHECK(extract(from_json("/q"), answer).problem == "v: json /q is missing");
  CHECK(extract(from_json("/e"), answer).problem == "v: the value is empty");
  CHECK(extract(from_json("/id"), json_answer("{")).problem == "v: the body is not JSON");

  Extraction part;
  part.variable = "v";
  part.header = "x-PART";
  CHECK(extract(part, answer).value == "a");
  part.header = "absent";
  CHECK(extract(part, answer).problem == "v: header absent is missing");
}

TEST_CASE("extraction: by expression, the first group that took part") {
  Answer const page(200, {{"Location", "/tasks/42/state"}}, "<input name=csrf value='abc'>");
  Extraction extraction;
  extraction.variable = "v";
  extraction.regexp = regex("value='([a-z]+)'");
  CHECK(extract(extraction, page).value == "abc");
  extraction.regexp = regex("(x)|name=(\\w+)");
  CHECK(extract(extraction, page).value == "csrf");
  extraction.regexp = regex("name=\\w+");
  CHECK(extract(extraction, page).value == "name=csrf");
  extraction.regexp = regex("nothing");
  CHECK(extract(extraction, page).problem == "v: nothing matches nothing");
  extraction.header = "location";
  extraction.regexp = regex("/tasks/(\\d+)");
  CHECK(extract(extraction, page).value == "42");
}

TEST_CASE("extraction: a value has a limit") {
  Extraction whole;
  whole.variable = "v";
  whole.regexp = regex("(?s).+");
  CHECK(extract(whole, Answer(200, {}, std::string(64 * 1024, 'x'))).value);
  CHECK_FALSE(extract(whole, Answer(200, {}, std::string(64 * 1024 + 1, 'x'))).value);
}

TEST_CASE("JSON pointers") {
  for (auto const* good : {"", "/", "/a", "/a/0", "/a~0b/~1"}) CHECK(is_json_pointer(good));
  for (auto const* bad : {"a", "$.a", "/a~", "/a~2"}) CHECK_FALSE(is_json_pointer(bad));
}
