#include "core/app/log_line.hpp"

#include <catch2/catch.hpp>

using namespace fleet::logging;

namespace {

std::string line(Style style, std::string_view message, std::initializer_list<Field> fields = {}) {
  return format_line(style, "T", Level::warn, "toy", message, fields);
}

}  // namespace

TEST_CASE("logfmt quotes only what needs it") {
  CHECK(line(Style::logfmt, "up") == "ts=T level=warn component=toy msg=up");
  CHECK(line(Style::logfmt, "two words", {{"a", "b"}, {"empty", ""}}) ==
        "ts=T level=warn component=toy msg=\"two words\" a=b");
  CHECK(line(Style::logfmt, "").ends_with("msg=\"\""));
  CHECK(line(Style::logfmt, "m", {{"x", "a=b"}}).ends_with("x=\"a=b\""));
  CHECK(line(Style::logfmt, "m", {{"x", "say \"hi\""}}).ends_with("x=\"say \\\"hi\\\"\""));
  CHECK(line(Style::logfmt, "m", {{"x", "a\\b"}}).ends_with("x=\"a\\\\b\""));
  CHECK(line(Style::logfmt, "m", {{"x", "é"}}).ends_with("x=é"));
  CHECK(line(Style::logfmt, "m", {{"a key=", "1"}}).ends_with(" a_key_=1"));
  CHECK(format_line(Style::logfmt, "T", Level::debug, "", "m", {}) == "ts=T level=debug msg=m");
}

TEST_CASE("no text can break a line or forge another") {
  for (Style const style : {Style::logfmt, Style::json}) {
    std::string const out =
        line(style, "a\nts=forged level=info", {{"x", std::string("\0\x1b[31m\r\t\x7f", 9)}});
    CHECK(out.find_first_of("\n\r\t\x1b\x7f") == std::string::npos);
    CHECK(out.find('\0') == std::string::npos);
    CHECK(out.find("a\\nts=forged") != std::string::npos);
    CHECK(out.find("\\u0000\\u001b[31m\\r\\t\\u007f") != std::string::npos);
  }
}

TEST_CASE("JSON is one object with the same keys") {
  CHECK(line(Style::json, "say \"hi\" \\", {{"a", "b"}}) ==
        R"({"ts":"T","level":"warn","component":"toy","msg":"say \"hi\" \\","a":"b"})");
}

TEST_CASE("invalid UTF-8 becomes U+FFFD") {
  CHECK(line(Style::json, "a\xC3(b").find("a\xEF\xBF\xBD(b") != std::string::npos);
  CHECK(line(Style::logfmt, "a\xFF").ends_with("msg=\"a\xEF\xBF\xBD\""));
}

TEST_CASE("the source location in Boost's errors is left out") {
  auto const error = [](const std::string& text) {
    std::string const out = line(Style::logfmt, "m", {{"err", text}});
    return out.substr(out.find(" err=") + 5);
  };
  CHECK(
      error(
          "connect to h:1: Connection refused [system:111 at /usr/include/boost/x.hpp:93:5 in function 'static "
          "void f<T>::g(void*, int)']") == "\"connect to h:1: Connection refused\"");
  CHECK(error("End of file [asio.misc:2 at a.hpp:1]") == "\"End of file\"");
  CHECK(error("listen [::1 at home]") == "\"listen [::1 at home]\"");
  CHECK(error("refused [system:111]") == "\"refused [system:111]\"");
  CHECK(error("meet at noon") == "\"meet at noon\"");
}
