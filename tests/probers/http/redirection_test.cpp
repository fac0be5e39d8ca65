#include "probers/http/redirection.hpp"

#include <catch2/catch.hpp>

using namespace fleet;
using namespace fleet::probers;

namespace {

http::Url url(std::string_view text) { return http::Url::parse(text).value(); }

http::Request request_to(std::string_view text, std::string method = "GET") {
  http::Request request;
  request.url = url(text);
  request.method = std::move(method);
  request.body = request.method == "GET" ? "" : "body";
  request.headers = {{"Host", "name"},          {"Authorization", "secret"},   {"X-Api-Key", "secret"},
                     {"Cookie", "secret"},      {"User-Agent", "probe"},       {"ACCEPT", "text/html"},
                     {"traceparent", "00-..."}, {"Content-Type", "text/plain"}};
  return request;
}

std::string names(const http::Request& request) {
  std::string text;
  for (auto const& header : request.headers) text += header.first + " ";
  return text;
}

}  // namespace

TEST_CASE("methods after a redirect") {
  auto const after = [](std::string method, int status) {
    auto request = request_to("http://a/", std::move(method));
    follow_redirect(request, status, url("http://a/b"));
    return request.method + (request.body.empty() ? "" : "+body");
  };
  for (int const status : {301, 302, 303}) {
    CHECK(after("GET", status) == "GET");
    CHECK(after("HEAD", status) == "HEAD+body");
    CHECK(after("POST", status) == "GET");
    CHECK(after("PUT", status) == "GET");
  }
  for (int const status : {307, 308}) {
    CHECK(after("GET", status) == "GET");
    CHECK(after("POST", status) == "POST+body");
    CHECK(after("DELETE", status) == "DELETE+body");
  }
}

TEST_CASE("what a redirect takes along") {
  SECTION("to the same server: all but the jar's own header") {
    auto request = request_to("http://a/x");
    follow_redirect(request, 302, url("http://a/y?z"));
    CHECK(names(request) == "Host Authorization X-Api-Key User-Agent ACCEPT traceparent Content-Type ");
    CHECK(request.url.to_string() == "http://a/y?z");
  }
  SECTION("to https on the same host: all but its name with the old port") {
    auto request = request_to("http://a/x");
    follow_redirect(request, 301, url("https://a/x"));
    CHECK(names(request) == "Host Authorization X-Api-Key User-Agent ACCEPT traceparent Content-Type ");
  }
  SECTION("to anybody else: what says nothing of who asks") {
    auto const location =
        GENERATE(as<std::string>(), "http://b/", "https://a:8443/", "http://a:8080/", "http://sub.a/");
    auto request = request_to("http://a/x");
    follow_redirect(request, 302, url(location));
    CHECK(names(request) == "User-Agent ACCEPT traceparent Content-Type ");
  }
  SECTION("from https to http: likewise") {
    auto request = request_to("https://a/x");
    follow_redirect(request, 302, url("http://a/"));
    CHECK(names(request).find("Authorization") == std::string::npos);
    CHECK(names(request).find("X-Api-Key") == std::string::npos);
  }
  SECTION("a body that is gone takes its description along") {
    auto request = request_to("http://a/x", "POST");
    follow_redirect(request, 303, url("http://a/y"));
    CHECK(names(request).find("Content-Type") == std::string::npos);
  }
}

TEST_CASE("which statuses are redirects") {
  for (int const status : {301, 302, 303, 307, 308}) CHECK(is_redirect(status));
  for (int const status : {200, 300, 304, 305, 306, 309, 400}) CHECK_FALSE(is_redirect(status));
}
