#include "probers/workflow/cookie_jar.hpp"

#include <catch2/catch.hpp>

#include "probers/workflow/redirection.hpp"

using namespace fleet;
using namespace fleet::probers::workflow;
using namespace std::chrono_literals;

namespace {

http::Url url(const std::string& text) { return http::Url::parse(text).value(); }

struct Site {
  CookieJar jar;
  CookieJar::Clock::time_point now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 4);
  void answers(const std::string& from, const std::string& set_cookie) {
    jar.store(url(from), set_cookie, now);
  }
  std::string at(const std::string& to) const { return jar.header(url(to)); }
};

}  // namespace

TEST_CASE("cookies go back to the host and path that they came from") {
  Site site;
  site.answers("http://a.example/login/form", "sid=1; HttpOnly");
  CHECK(site.at("http://a.example/login/x?y") == "sid=1");
  CHECK(site.at("http://a.example/login") == "sid=1");
  CHECK(site.at("http://a.example/loginx") == "");
  CHECK(site.at("http://a.example/") == "");
  CHECK(site.at("http://b.a.example/login/x") == "");
  CHECK(site.at("http://other.example/login/x") == "");
}

TEST_CASE("cookies: longer paths first, later values replace") {
  Site site;
  site.answers("http://h/", "a=1; Path=/");
  site.answers("http://h/", "b=2; path=/api/v1");
  site.answers("http://h/", "a=3; Path=/");
  CHECK(site.at("http://h/api/v1/x") == "b=2; a=3");
  CHECK(site.jar.size() == 2);
  site.answers("http://h/", "a=; Max-Age=0; Path=/");
  CHECK(site.at("http://h/") == "");
  site.answers("http://h/", "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/api/v1");
  CHECK(site.jar.size() == 0);
  site.answers("http://h/", "c=1; Expires=Sun, 04-Jul-27 00:00:00 GMT; Max-Age=10");
  CHECK(site.at("http://h/") == "c=1");
}

TEST_CASE("cookies: domains may widen to one's own, not to another's or a single label") {
  Site site;
  site.answers("http://www.legal.example/", "a=1; Domain=.legal.example");
  CHECK(site.at("http://api.legal.example/") == "a=1");
  CHECK(site.at("http://notlegal.example/") == "");
  site.answers("http://www.legal.example/", "b=1; Domain=example");
  site.answers("http://www.legal.example/", "c=1; Domain=other.example");
  site.answers("http://www.legal.example/", "d=1; Domain=api.legal.example");
  site.answers("http://10.0.0.1/", "e=1; Domain=0.0.1");
  CHECK(site.jar.size() == 1);
}

TEST_CASE("cookies: secure ones stay on TLS") {
  Site site;
  site.answers("http://h/", "a=1; Secure");
  CHECK(site.jar.size() == 0);
  site.answers("https://h/", "a=1; Secure");
  CHECK(site.at("https://h/") == "a=1");
  CHECK(site.at("http://h/") == "");
}

TEST_CASE("cookies: nonsense is ignored, and the jar is bounded") {
  Site site;
  for (auto const* bad : {"", ";", "novalue", "=1", "  =x; Path=/"}) site.answers("http://h/", bad);
  site.answers("http://h/", "big=" + std::string(5000, 'x'));
  CHECK(site.jar.size() == 0);
  for (int i = 0; i < 200; ++i) site.answers("http://h/", "c" + std::to_string(i) + "=1");
  CHECK(site.jar.size() == 100);
}

TEST_CASE("cookie dates") {
  auto const known = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s;
  CHECK(parse_cookie_date("Sun, 06 Nov 1994 08:49:37 GMT") == known);
  CHECK(parse_cookie_date("Sunday, 06-Nov-94 08:49:37 GMT") == known);
  CHECK(parse_cookie_date("Sun Nov  6 08:49:37 1994") == known);
  for (auto const* bad : {"", "tomorrow", "31 Feb 2026 00:00:00", "06 Nov 1994 25:00:00", "06 Nov 08:49:37"}) {
    CHECK_FALSE(parse_cookie_date(bad));
  }
}

TEST_CASE("redirects: method, body and what is for the origin only") {
  http::Request post;
  post.method = "POST";
  post.url = url("https://a/x");
  post.body = "b";
  post.headers = {{"Authorization", "t"}, {"Content-Type", "text/plain"}, {"X-Own", "1"}};

  auto same = post;
  redirect(same, 307, url("https://a/y"));
  CHECK(same.method == "POST");
  CHECK(same.body == "b");
  CHECK(same.headers.size() == 3);

  auto see_other = post;
  redirect(see_other, 302, url("https://a/y"));
  CHECK(see_other.method == "GET");
  CHECK(see_other.body.empty());
  CHECK(see_other.headers.size() == 2);

  auto elsewhere = post;
  redirect(elsewhere, 308, url("http://a/y"));
  CHECK(elsewhere.method == "POST");
  REQUIRE(elsewhere.headers.size() == 2);
  CHECK(elsewhere.headers[0].first == "Content-Type");

  http::Request put;
  put.method = "PUT";
  put.url = url("http://a/");
  redirect(put, 301, url("http://a/b"));
  CHECK(put.method == "PUT");
  redirect(put, 303, url("http://a/c"));
  CHECK(put.method == "GET");
}
