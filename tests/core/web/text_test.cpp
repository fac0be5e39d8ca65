#include <catch2/catch.hpp>

#include "core/web/server.hpp"

using fleet::web::html_escape;
using fleet::web::Request;
using fleet::web::url_decode;

TEST_CASE("url_decode decodes what is well-formed and keeps the rest") {
  CHECK(url_decode("", true).empty());
  CHECK(url_decode("plain", true) == "plain");
  CHECK(url_decode("a%20b%2Fc%2f", false) == "a b/c/");
  CHECK(url_decode("a+b", true) == "a b");
  CHECK(url_decode("a+b", false) == "a+b");
  CHECK(url_decode("%2B", true) == "+");
  CHECK(url_decode("%c3%A9", false) == "\xc3\xa9");
  CHECK(url_decode("100%", true) == "100%");
  CHECK(url_decode("%4", true) == "%4");
  CHECK(url_decode("%4g%g4", true) == "%4g%g4");
  CHECK(url_decode("%%41", true) == "%A");
  CHECK(url_decode("%2541", true) == "%41");  // once, not twice
  CHECK(url_decode("a%00b", false) == std::string("a\0b", 3));
}

TEST_CASE("html_escape leaves nothing that could open a tag or end an attribute") {
  CHECK(html_escape("<a href=\"x\" title='y'>&amp;</a>") ==
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  CHECK(html_escape("\xc3\xa9 plain") == "\xc3\xa9 plain");
}

TEST_CASE("a request gives the first header and parameter of a name") {
  Request request;
  request.headers = {{"Accept", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
  request.query = {{"match", "a"}, {"match", "b"}, {"empty", ""}};
  CHECK(request.header("accept") == "text/plain");
  CHECK(request.header("X-a") == "1");
  CHECK(request.header("X").empty());
  CHECK(request.parameter("match") == "a");
  CHECK(request.parameter("Match", "none") == "none");
  CHECK(request.parameter("empty", "none").empty());
}
