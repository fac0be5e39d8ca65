#include "probers/http/oauth2.hpp"

#include <catch2/catch.hpp>

#include "tests/probers/http/http_target.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using Catch::Matchers::Contains;

namespace {

std::string problem(int status, const std::string& body) {
  try {
    return parse_token(status, body).authorization;
  } catch (const TokenFailure& failure) {
    return failure.what();
  }
}

}  // namespace

TEST_CASE("what a token endpoint says") {
  auto const token = parse_token(200, R"({"access_token":"abc","token_type":"bearer","expires_in":60})");
  CHECK(token.authorization == "Bearer abc");
  CHECK(token.lifetime == std::chrono::seconds(60));
  CHECK(parse_token(200, R"({"access_token":"a","expires_in":"60"})").lifetime == std::chrono::seconds(60));
  CHECK_FALSE(parse_token(200, R"({"access_token":"a"})").lifetime);
  CHECK_FALSE(parse_token(200, R"({"access_token":"a","expires_in":-5})").lifetime);
  CHECK_FALSE(parse_token(200, R"({"access_token":"a","expires_in":"3600s"})").lifetime);
  CHECK(problem(200, R"({"access_token":"a","token_type":"MAC"})") == "MAC a");
  CHECK(problem(401, R"({"access_token":"a"})") == "the token endpoint answered HTTP status 401");
  CHECK(problem(200, "<html>") == "the token endpoint's answer is no JSON object");
  CHECK(problem(200, "[]") == "the token endpoint's answer is no JSON object");
  CHECK(problem(200, R"({"error":"invalid_client"})") == "the token endpoint's answer has no access_token");
  CHECK(problem(200, R"({"access_token":""})") == "the token endpoint's answer has no access_token");
  CHECK(problem(200, R"({"access_token":"a\r\nb"})") == "the token endpoint's token fits in no header");
}

TEST_CASE("a probe with OAuth 2.0") {
  HttpTarget target([](const std::string& path) { return http_answer(path == "/refused" ? 401 : 200, ""); });
  int asked = 0;
  std::string lifetime = "3600";
  HttpTarget endpoint([&](auto const&) {
    ++asked;
    return http_answer(200,
                       R"({"access_token":"t)" + std::to_string(asked) + R"(","expires_in":)" + lifetime + "}");
  });
  auto const module =
      http_module("oauth2: {client_id: 'i d', client_secret: s:s, scopes: [a, b], token_url: '" +
                  endpoint.url("/token") + "', endpoint_params: {audience: 'x&y'}}");
  CHECK(verdict(attempt_at(*module, target.url())) == "good");
  CHECK_THAT(target.heads().back(), Contains("Authorization: Bearer t1\r\n"));
  CHECK_THAT(endpoint.heads().at(0),
             Contains("POST /token ") && Contains("Content-Type: application/x-www-form-urlencoded\r\n") &&
                 Contains("Authorization: Basic aStkOnMlM0Fz\r\n"));  // "i+d:s%3As"
  CHECK(verdict(attempt_at(*module, target.url())) == "good");
  CHECK(endpoint.heads().size() == 1);
  // A token that is not taken is not kept.
  CHECK(verdict(attempt_at(*module, target.url("/refused"))) == "unauthorized/status");
  lifetime = "0.000001";
  attempt_at(*module, target.url());
  CHECK_THAT(target.heads().back(), Contains("Authorization: Bearer t2\r\n"));
}

TEST_CASE("tokens that are not given") {
  HttpTarget target([](auto const&) { return http_answer(200, ""); });
  SECTION("by an endpoint that wants the secret in the form") {
    HttpTarget endpoint([&, calls = 0](auto const&) mutable {
      return ++calls == 1 ? http_answer(401, "") : http_answer(200, R"({"access_token":"t"})");
    });
    auto const module =
        http_module("oauth2: {client_id: i, client_secret: s, token_url: '" + endpoint.url("/token") + "'}");
    CHECK(verdict(attempt_at(*module, target.url())) == "good");
    auto const heads = endpoint.heads();
    REQUIRE(heads.size() == 2);
    CHECK_THAT(heads[0], Contains("Authorization: Basic"));
    CHECK_THAT(heads[1], !Contains("Authorization"));
  }
  SECTION("at all") {
    HttpTarget endpoint([](auto const&) { return http_answer(403, ""); });
    auto const result =
        attempt_at("oauth2: {client_id: i, client_secret: hidden, token_url: '" + endpoint.url("/token") + "'}",
                   target.url());
    CHECK(verdict(result) == "unauthorized/token");
    CHECK(result.detail == "the token endpoint answered HTTP status 403");
    CHECK(value_of(result, facts::http_status_code) == 0);
    CHECK(target.heads().empty());
  }
  SECTION("because there is no endpoint") {
    auto const result = attempt_at(
        "oauth2: {client_id: i, client_secret: hidden, token_url: 'http://127.0.0.1:1/token'}", target.url());
    CHECK(verdict(result) == "unauthorized/token");
    CHECK_THAT(result.detail, Contains("127.0.0.1:1") && !Contains("hidden"));
  }
}
