#include "core/web/router.hpp"

#include <catch2/catch.hpp>

using namespace fleet::web;
using Query = std::vector<std::pair<std::string, std::string>>;

namespace {

fleet::awaitable<Response> nothing(const Request&) { co_return Response{}; }

std::string path_of(std::string_view target) {
  Request request;
  set_target(request, target);
  return request.path;
}

Query query_of(std::string_view target) {
  Request request;
  set_target(request, target);
  return request.query;
}

}  // namespace

TEST_CASE("a router finds by method and exact path") {
  Router router;
  router.add("GET", "/metrics", nothing);
  router.add("POST", "/-/reload", nothing);
  router.add("PUT", "/-/reload", nothing);

  CHECK(router.find("GET", "/metrics").handler);
  CHECK(router.find("GET", "/metrics").route == "/metrics");
  CHECK(router.find("HEAD", "/metrics").handler);
  CHECK(router.find("GET", "/metrics/").status == 404);
  CHECK(router.find("GET", "/").status == 404);
  CHECK_FALSE(router.find("GET", "/").handler);

  auto const wrong = router.find("POST", "/metrics");
  CHECK_FALSE(wrong.handler);
  CHECK(wrong.status == 405);
  CHECK(wrong.allow == "GET, HEAD");
  CHECK(router.find("GET", "/-/reload").allow == "POST, PUT");
  CHECK(router.find("HEAD", "/-/reload").status == 405);
}

TEST_CASE("the fallback takes unknown paths, not known paths with another method") {
  Router router;
  router.add("GET", "/a", nothing);
  router.set_fallback(nothing);
  CHECK(router.find("GET", "/b").handler);
  CHECK(router.find("GET", "/b").route.empty());
  CHECK(router.find("DELETE", "/a").status == 405);
}

TEST_CASE("a replaced handler lives as long as someone holds it") {
  Router router;
  router.add("GET", "/a", nothing);
  auto const before = router.find("GET", "/a").handler;
  router.add("GET", "/a", nothing);
  CHECK(before != router.find("GET", "/a").handler);
  CHECK(before.use_count() == 1);
}

TEST_CASE("request targets are split and decoded once") {
  CHECK(path_of("/metrics") == "/metrics");
  CHECK(path_of("/a%20b?c=d") == "/a b");
  CHECK(path_of("/a+b") == "/a+b");
  CHECK(path_of("http://host:1/x?y") == "/x");
  CHECK(path_of("http://host") == "/");
  CHECK(path_of("http://host?y=1") == "/");
  CHECK(path_of("/redirect?to=http://host/x") == "/redirect");
  CHECK(path_of("*") == "*");
  CHECK(path_of("?a=b") == "/");
  CHECK(path_of("/a#b?c") == "/a");

  CHECK(query_of("/a").empty());
  CHECK(query_of("/a?").empty());
  CHECK(query_of("/a?b=c&b=d") == Query{{"b", "c"}, {"b", "d"}});
  CHECK(query_of("/a?x+y=%26&&flag&=v&k=a=b") == Query{{"x y", "&"}, {"flag", ""}, {"", "v"}, {"k", "a=b"}});
  CHECK(query_of("/redirect?to=http://host/x") == Query{{"to", "http://host/x"}});
}
