#include "probers/http/proxy_choice.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/config/document.hpp"

using namespace fleet;
using namespace fleet::probers;

namespace {

bool covers(std::string_view list, std::string_view url) {
  return NoProxy(list).covers(http::Url::parse(url).value());
}

ProxyChoice read(const std::string& yaml) {
  auto const document = config::Document::parse(yaml, "f.yml");
  return read_proxy_choice(document.root().mapping(proxy_keys));
}

std::string error_of(const std::string& yaml) {
  try {
    read(yaml);
    return "none";
  } catch (const config::Error& error) {
    return error.what();
  }
}

std::string way(const ProxyChoice& choice, std::string_view url) {
  auto const* const proxy = choice.for_url(http::Url::parse(url).value());
  return proxy ? proxy->url.to_string() : "direct";
}

/// Sets a variable of the environment, and takes it back.
struct Variable {
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  const char* name_;
};

}  // namespace

TEST_CASE("what is reached without a proxy") {
  CHECK(covers("*", "http://anything/"));
  CHECK(covers("example.org", "http://example.org/"));
  CHECK(covers("example.org", "http://www.example.org/"));
  CHECK_FALSE(covers("example.org", "http://notexample.org/"));
  CHECK(covers(".example.org", "http://www.example.org/"));
  CHECK_FALSE(covers(".example.org", "http://example.org/"));
  CHECK(covers("*.example.org", "http://www.example.org/"));
  CHECK(covers("a, Example.ORG:8080", "http://example.org:8080/"));
  CHECK_FALSE(covers("example.org:8080", "http://example.org/"));
  CHECK(covers("example.org:443", "https://example.org/"));
  CHECK(covers("10.0.0.0/8", "http://10.1.2.3/"));
  CHECK_FALSE(covers("10.0.0.0/8", "http://11.1.2.3/"));
  CHECK(covers("10.0.0.1", "http://10.0.0.1:99/"));
  CHECK(covers("10.0.0.1:99", "http://10.0.0.1:99/"));
  CHECK_FALSE(covers("10.0.0.1:98", "http://10.0.0.1:99/"));
  CHECK(covers("2001:db8::/32", "http://[2001:db8::1]/"));
  CHECK(covers("[2001:db8::1]:80", "http://[2001:db8::1]/"));
  CHECK_FALSE(covers("", "http://a/"));
  CHECK_THROWS_AS(NoProxy("10.0.0.0/33"), std::invalid_argument);
  CHECK_THROWS_AS(NoProxy("host:port"), std::invalid_argument);
}

TEST_CASE("a proxy's URL") {
  auto const proxy = parse_proxy_url("http://user%40home:p%3Ass@proxy:3128").value();
  CHECK(proxy.url.to_string() == "http://proxy:3128/");
  CHECK(proxy.username == "user@home");
  CHECK(proxy.password.reveal() == "p:ss");
  CHECK(parse_proxy_url("proxy:3128").value().url.port == "3128");
  CHECK(parse_proxy_url("https://proxy").value().url.tls);
  CHECK_FALSE(parse_proxy_url("socks5://proxy"));
  CHECK_FALSE(parse_proxy_url("http://"));
  CHECK_FALSE(parse_proxy_url("http://a%zz@proxy"));
}

TEST_CASE("proxies of a module") {
  auto const plain = read("proxy_url: http://p:1");
  CHECK(way(plain, "http://a/") == "http://p:1/");
  CHECK(way(plain, "https://a/") == "http://p:1/");
  CHECK(way(plain, "http://127.0.0.1/") == "http://p:1/");
  auto const some = read("{proxy_url: 'http://p:1', no_proxy: 'b'}");
  CHECK(way(some, "http://a/") == "http://p:1/");
  CHECK(way(some, "http://b/") == "direct");
  CHECK(way(some, "http://127.0.0.1/") == "direct");
  CHECK(way(some, "http://localhost/") == "direct");
  CHECK(way(read("proxy_from_environment: false"), "http://a/") == "direct");
  auto const headers =
      read("{proxy_url: 'http://p:1', proxy_connect_header: {X-A: [a, b], X-B: c}}").https->connect_headers;
  REQUIRE(headers.size() == 3);
  CHECK(headers[1].first == "X-A");
  CHECK(headers[1].second.reveal() == "b");
}

TEST_CASE("proxies of the environment") {
  Variable const http("HTTP_PROXY", "http://p:1"), https("https_proxy", "q:2"), no("NO_PROXY", "b");
  auto const choice = read("proxy_from_environment: true");
  CHECK(way(choice, "http://a/") == "http://p:1/");
  CHECK(way(choice, "https://a/") == "http://q:2/");
  CHECK(way(choice, "https://b/") == "direct");
  CHECK(way(choice, "http://127.0.0.1/") == "direct");
  Variable const bad("HTTP_PROXY", "socks5://user:secret@p");
  CHECK(error_of("proxy_from_environment: true") ==
        "f.yml:1:25: expected a proxy's URL in the environment variable HTTP_PROXY");
}

TEST_CASE("proxies that cannot be") {
  CHECK(error_of("proxy_url: p:1") ==
        "f.yml:1:12: expected the URL of an http or https proxy, like http://proxy:3128");
  CHECK(error_of("no_proxy: a") == "f.yml:1:11: expected `proxy_url` beside `no_proxy`");
  CHECK(error_of("{proxy_url: 'http://p', proxy_from_environment: true}") ==
        "f.yml:1:49: expected either `proxy_url` or `proxy_from_environment`");
  CHECK(error_of("proxy_connect_header: {a: b}") == "f.yml:1:23: expected a proxy beside it");
  CHECK(error_of("{proxy_url: 'http://p', no_proxy: '10.0.0.0/99'}") ==
        "f.yml:1:35: `10.0.0.0/99` is not a network: its prefix must be 0 to 32");
}
