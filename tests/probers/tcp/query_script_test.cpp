#include "probers/tcp/query_script.hpp"

#include <catch2/catch.hpp>

using namespace fleet::probers;

namespace {

Query expecting(const char* expression) {
  Query query;
  query.expect = std::make_shared<re2::RE2>(expression);
  return query;
}

}  // namespace

TEST_CASE("lines are whole or not there") {
  Received received;
  CHECK_FALSE(received.next_line());
  received.append("22");
  CHECK_FALSE(received.next_line());
  received.append("0 ready\r\n\nre");
  CHECK(received.next_line() == "220 ready");
  CHECK(received.next_line() == "");
  CHECK_FALSE(received.next_line());
  CHECK(received.unused() == 2);
  received.append("st");
  CHECK_FALSE(received.next_line());
  CHECK(received.next_line(true) == "rest");
  CHECK_FALSE(received.next_line(true));
}

TEST_CASE("bytes are taken from where the lines ended") {
  Received received;
  received.append("line\nab");
  CHECK_FALSE(received.next_bytes(8));
  CHECK(received.next_line() == "line");
  CHECK_FALSE(received.next_bytes(3));
  received.append("c\nd");
  CHECK(received.next_bytes(3) == "abc");
  CHECK(received.next_line() == "");
  CHECK(received.next_bytes(0) == "");
  CHECK(received.next_bytes(1) == "d");
}

TEST_CASE("what was used is given back") {
  Received received;
  std::string const line(99, 'x');
  for (int i = 0; i < 100'000; ++i) {
    received.append(line + "\n" + line.substr(0, 50));
    REQUIRE(received.next_line().has_value());
    received.append(line.substr(50) + "\n");
    REQUIRE(received.next_line() == line);
  }
  CHECK(received.unused() == 0);
}

TEST_CASE("captures go into labels and into what is sent") {
  auto query = expecting("^220 (?P<host>\\S+) (.*)$");
  query.labels.emplace_back("host", CaptureTemplate("${host}", *query.expect));
  query.labels.emplace_back("text", CaptureTemplate("<$2>", *query.expect));
  query.send.emplace("HELO $host", *query.expect);
  CHECK_FALSE(match_line(query, "221 no"));
  auto const matched = match_line(query, "220 mail.test Hello");
  REQUIRE(matched);
  CHECK(matched->labels ==
        std::vector<std::pair<std::string, std::string>>{{"host", "mail.test"}, {"text", "<Hello>"}});
  CHECK(matched->send == "HELO mail.test");
}

TEST_CASE("bytes that are not UTF-8 match, and are captured as replacement characters") {
  auto query = expecting("^220 (.*)$");
  query.labels.emplace_back("text", CaptureTemplate("$1", *query.expect));
  auto const matched = match_line(query, "220 caf\xE9 \xC3\xA9 \xFF");
  REQUIRE(matched);
  CHECK(matched->labels.front().second == "caf\xEF\xBF\xBD \xC3\xA9 \xEF\xBF\xBD");
}

TEST_CASE("a group that took no part is empty") {
  auto query = expecting("^(a)|(b)$");
  query.send.emplace("[$1$2]", *query.expect);
  CHECK(match_line(query, "b")->send == "[b]");
}
