#include "probers/http/http_judgement.hpp"

#include <catch2/catch.hpp>

using namespace fleet::probers;

namespace {

Regex regex(const char* text) { return std::make_shared<const re2::RE2>(text); }

std::shared_ptr<const cel::Program> program(const char* text) {
  return std::make_shared<const cel::Program>(text);
}

std::string word(const std::optional<Miss>& miss) {
  return miss ? std::string(to_string(miss->reason)) + "/" + miss->step : "good";
}

}  // namespace

TEST_CASE("status: 2xx unless listed") {
  HttpExpectations expected;
  CHECK(word(judge_head(expected, 200, {})) == "good");
  CHECK(word(judge_head(expected, 299, {})) == "good");
  CHECK(word(judge_head(expected, 300, {})) == "status/status");
  CHECK(word(judge_head(expected, 199, {})) == "status/status");
  CHECK(word(judge_head(expected, 401, {})) == "unauthorized/status");
  CHECK(word(judge_head(expected, 403, {})) == "unauthorized/status");
  expected.valid_status_codes = {404, 401};
  CHECK(word(judge_head(expected, 404, {})) == "good");
  CHECK(word(judge_head(expected, 401, {})) == "good");
  CHECK(judge_head(expected, 200, {})->detail == "HTTP status 200");
  CHECK_FALSE(judge_head(expected, 200, {})->by_regex);
}

TEST_CASE("headers that must or must not match") {
  HttpExpectations expected;
  Headers const headers{{"content-type", "text/html"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}};
  SECTION("any value that matches fails") {
    expected.fail_if_header_matches.push_back({"set-cookie", regex("^b"), false});
    auto const miss = judge_head(expected, 200, headers);
    CHECK(word(miss) == "header/header");
    CHECK(miss->by_regex);
    CHECK(miss->detail == "header set-cookie matches ^b");
    CHECK(word(judge_head(expected, 500, headers)) == "status/status");
  }
  SECTION("one value that matches is enough") {
    expected.fail_if_header_not_matches.push_back({"SET-COOKIE", regex("^b"), false});
    CHECK(word(judge_head(expected, 200, headers)) == "good");
    expected.fail_if_header_not_matches.push_back({"Content-Type", regex("json"), false});
    CHECK(judge_head(expected, 200, headers)->detail == "header Content-Type does not match json");
  }
  SECTION("a missing one fails unless it may miss") {
    auto& list = GENERATE(0, 1) == 0 ? expected.fail_if_header_matches : expected.fail_if_header_not_matches;
    list.push_back({"X-Gone", regex("x"), false});
    CHECK(judge_head(expected, 200, headers)->detail == "no header X-Gone");
    list.front().allow_missing = true;
    CHECK(word(judge_head(expected, 200, headers)) == "good");
  }
}

TEST_CASE("expressions on the body") {
  HttpExpectations expected;
  expected.fail_if_body_matches.push_back(regex("mainten.nce"));
  expected.fail_if_body_not_matches.push_back(regex("(?i)legalllm"));
  CHECK(word(judge_body(expected, "welcome to LegalLLM")) == "good");
  CHECK(word(judge_body(expected, "LegalLLM maintenance")) == "body/body");
  CHECK(judge_body(expected, "nginx")->detail == "body does not match (?i)legalllm");
  CHECK(judge_body(expected, "nginx")->by_regex);
  // A body may be anything.
  CHECK(word(judge_body(expected, std::string("\0\xff legalllm", 11))) == "good");
}

TEST_CASE("expressions on JSON") {
  HttpExpectations expected;
  expected.fail_if_json_matches = program("body.failed > 0");
  expected.fail_if_json_not_matches = program("body.status == 'ok'");
  CHECK(word(judge_body(expected, R"({"failed":0,"status":"ok"})")) == "good");
  auto const matched = judge_body(expected, R"({"failed":1,"status":"ok"})");
  CHECK(word(matched) == "body/body");
  CHECK(matched->by_cel);
  CHECK_FALSE(matched->by_regex);
  CHECK(judge_body(expected, R"({"failed":0,"status":"no"})")->detail ==
        "body does not match body.status == 'ok'");
  CHECK_THAT(judge_body(expected, R"({"status":"ok"})")->detail, Catch::Matchers::Contains("no such member"));
  CHECK_THAT(judge_body(expected, "<html>")->detail, Catch::Matchers::Contains("no JSON"));
  CHECK(judge_body(expected, "[1]")->detail == "the body is no JSON object");
  CHECK(judge_body(expected, "")->by_cel);
}

TEST_CASE("version and TLS") {
  HttpExpectations expected;
  CHECK(word(judge_connection(expected, "1.0", false)) == "good");
  expected.valid_http_versions = {"1.1", "2.0"};
  CHECK(word(judge_connection(expected, "2.0", true)) == "good");
  CHECK(judge_connection(expected, "1.0", false)->detail == "HTTP version 1.0");
  CHECK(word(judge_connection(expected, "1.0", false)) == "version/version");
  expected.fail_if_ssl = true;
  CHECK(word(judge_connection(expected, "1.1", true)) == "tls/tls");
  expected.fail_if_ssl = false;
  expected.fail_if_not_ssl = true;
  CHECK(word(judge_connection(expected, "1.1", true)) == "good");
  CHECK(word(judge_connection(expected, "1.1", false)) == "tls/tls");
}
