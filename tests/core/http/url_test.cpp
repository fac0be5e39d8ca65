#include "core/http/url.hpp"

#include <catch2/catch.hpp>

using fleet::http::Url;

namespace {

std::string parsed(std::string_view text) {
  auto const url = Url::parse(text);
  return url ? url->to_string() : "invalid";
}

std::string resolved(std::string_view reference, std::string_view base = "http://a/b/c/d;p?q") {
  auto const url = Url::parse(base).value().resolve(reference);
  return url ? url->to_string() : "invalid";
}

}  // namespace

TEST_CASE("URLs are taken apart") {
  auto const url = Url::parse("HTTPS://Example.ORG:8443/Path/x?q=1&r=/#fragment").value();
  CHECK(url.tls);
  CHECK(url.host == "example.org");
  CHECK(url.port == "8443");
  CHECK(url.target == "/Path/x?q=1&r=/");
  CHECK(url.authority() == "example.org:8443");
  CHECK(url.to_string() == "https://example.org:8443/Path/x?q=1&r=/");
}

TEST_CASE("defaults and unusual but valid URLs") {
  CHECK(Url::parse("http://h").value().port == "80");
  CHECK(Url::parse("https://h").value().port == "443");
  CHECK(parsed("http://h") == "http://h/");
  CHECK(parsed("http://h:80/x") == "http://h/x");
  CHECK(parsed("http://h:443/x") == "http://h:443/x");
  CHECK(parsed("https://h:443/x") == "https://h/x");
  CHECK(parsed("http://h:/x") == "http://h/x");
  CHECK(parsed("http://h:0080/x") == "http://h/x");
  CHECK(parsed("http://h?q") == "http://h/?q");
  CHECK(parsed("http://h#f") == "http://h/");
  CHECK(parsed("http://10.0.0.1:9090/-/healthy") == "http://10.0.0.1:9090/-/healthy");
  CHECK(parsed("http://my_service.local/") == "http://my_service.local/");
  auto const v6 = Url::parse("http://[2001:DB8::1]:9090/x").value();
  CHECK(v6.host == "2001:db8::1");
  CHECK(v6.port == "9090");
  CHECK(v6.authority() == "[2001:db8::1]:9090");
  CHECK(parsed("http://[::1]/") == "http://[::1]/");
}

TEST_CASE("what is not an http URL is refused") {
  for (auto const* const text : {"",
                                 "h",
                                 "h:80",
                                 "/x",
                                 "//h/x",
                                 "http:",
                                 "http:/h",
                                 "http://",
                                 "http:///x",
                                 "http://:80/",
                                 "ftp://h/",
                                 "http://user@h/",
                                 "http://user:secret@h/",
                                 "http://h:0/",
                                 "http://h:65536/",
                                 "http://h:-1/",
                                 "http://h:x/",
                                 "http://h:8 0/",
                                 "http://h/a b",
                                 "http://h/a\r\nX: y",
                                 "http://h/\x7f",
                                 " http://h/",
                                 "http://h/ ",
                                 "http://a:b:c/",
                                 "http://::1/",
                                 "http://[::1/",
                                 "http://[]/",
                                 "http://[h]/",
                                 "http://[::1]x/",
                                 "http://h%20/",
                                 "http://<h>/",
                                 "http://h\\@x/",
                                 "1http://h/",
                                 "http//h/"}) {
    INFO(text);
    CHECK(parsed(text) == "invalid");
  }
  CHECK(parsed(std::string_view("http://h/\0x", 11)) == "invalid");
}

TEST_CASE("references resolve as RFC 3986 section 5.4 lists them") {
  CHECK(resolved("g") == "http://a/b/c/g");
  CHECK(resolved("./g") == "http://a/b/c/g");
  CHECK(resolved("g/") == "http://a/b/c/g/");
  CHECK(resolved("/g") == "http://a/g");
  CHECK(resolved("//g") == "http://g/");
  CHECK(resolved("?y") == "http://a/b/c/d;p?y");
  CHECK(resolved("g?y") == "http://a/b/c/g?y");
  CHECK(resolved("#s") == "http://a/b/c/d;p?q");
  CHECK(resolved("g#s") == "http://a/b/c/g");
  CHECK(resolved("g;x?y#s") == "http://a/b/c/g;x?y");
  CHECK(resolved("") == "http://a/b/c/d;p?q");
  CHECK(resolved(".") == "http://a/b/c/");
  CHECK(resolved("./") == "http://a/b/c/");
  CHECK(resolved("..") == "http://a/b/");
  CHECK(resolved("../g") == "http://a/b/g");
  CHECK(resolved("../..") == "http://a/");
  CHECK(resolved("../../../../g") == "http://a/g");
  CHECK(resolved("/./g") == "http://a/g");
  CHECK(resolved("/../g") == "http://a/g");
  CHECK(resolved("g.") == "http://a/b/c/g.");
  CHECK(resolved("..g") == "http://a/b/c/..g");
  CHECK(resolved("./g/.") == "http://a/b/c/g/");
  CHECK(resolved("g/../h") == "http://a/b/c/h");
  CHECK(resolved("g?y/../x") == "http://a/b/c/g?y/../x");
}

TEST_CASE("references to other places") {
  CHECK(resolved("https://other:8443/x") == "https://other:8443/x");
  CHECK(resolved("//other/x", "https://h:8443/") == "https://other/x");
  CHECK(resolved("/x", "https://h:8443/a/b") == "https://h:8443/x");
  CHECK(resolved("x//y", "http://h/a/") == "http://h/a/x//y");
  CHECK(resolved("x?u=http://z/", "http://h/a/") == "http://h/a/x?u=http://z/");
  CHECK(resolved("ftp://other/") == "invalid");
  CHECK(resolved("javascript:alert(1)") == "invalid");
  CHECK(resolved("//user@other/") == "invalid");
  CHECK(resolved("/a b") == "invalid");
}
