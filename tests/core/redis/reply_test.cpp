#include <catch2/catch.hpp>
#include <chrono>

#include "core/redis/reply_reader.hpp"

namespace fleet::redis {
namespace {

// One reply as text: what it decoded to, nesting and all.
std::string dump(Reply reply) {
  switch (reply.type()) {
    case ReplyType::nil:
      return "nil";
    case ReplyType::status:
      return "+" + std::string(reply.text());
    case ReplyType::error:
      return "-" + std::string(reply.error_text());
    case ReplyType::integer:
      return std::to_string(reply.integer());
    case ReplyType::string:
      return "'" + std::string(reply.text()) + "'";
    case ReplyType::array:
      break;
  }
  std::string text = "[";
  for (auto const child : reply) text += (text.size() > 1 ? " " : "") + dump(child);
  return text + "]";
}

std::string decode(std::string_view wire) {
  ReplyReader reader;
  ReplyArena arena;
  reader.feed(wire);
  return reader.next(arena) ? dump(Reply(&arena, 0)) : "incomplete";
}

std::string record(int n) {
  std::string wire = "*2\r\n";
  auto const string = [&](const std::string& text) {
    wire += "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  };
  string("170000000000" + std::to_string(n) + "-0");
  wire += "*18\r\n";
  for (int field = 0; field < 9; ++field) {
    string("field_" + std::to_string(field));
    string("value " + std::to_string(n * field));
  }
  return wire;
}

TEST_CASE("every kind of reply is decoded") {
  CHECK(decode("+OK\r\n") == "+OK");
  CHECK(decode("-ERR no such key\r\n") == "-ERR no such key");
  CHECK(decode(":-42\r\n") == "-42");
  CHECK(decode(":9223372036854775807\r\n") == "9223372036854775807");
  CHECK(decode("$5\r\nhello\r\n") == "'hello'");
  CHECK(decode("$0\r\n\r\n") == "''");
  CHECK(decode("$4\r\na\r\nb\r\n") == "'a\r\nb'");
  CHECK(decode("$-1\r\n") == "nil");
  CHECK(decode("*-1\r\n") == "nil");
  CHECK(decode("*0\r\n") == "[]");
  CHECK(decode("*2\r\n:1\r\n$-1\r\n") == "[1 nil]");
}

TEST_CASE("nested arrays keep their shape, empty ones too") {
  CHECK(decode("*3\r\n*2\r\n:1\r\n*0\r\n*1\r\n*1\r\n+x\r\n:2\r\n") == "[[1 []] [[+x]] 2]");
}

TEST_CASE("children are reached by index and by iteration") {
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("*3\r\n*2\r\n:1\r\n:2\r\n*0\r\n$1\r\nz\r\n");
  REQUIRE(reader.next(arena));
  Reply const root(&arena, 0);
  REQUIRE(root.size() == 3);
  CHECK(root[0][1].integer() == 2);
  CHECK(root[1].size() == 0);
  CHECK(root[2].text() == "z");
  CHECK_THROWS_AS(root[3], ProtocolError);
}

TEST_CASE("an error inside an array is an element like any other until it is used") {
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("*3\r\n:1\r\n-WRONGTYPE Operation against a key\r\n:3\r\n");
  REQUIRE(reader.next(arena));
  Reply const root(&arena, 0);
  CHECK(root[2].integer() == 3);
  CHECK(root[1].is_error());
  CHECK(root[1].error_text() == "WRONGTYPE Operation against a key");
  CHECK_THROWS_AS(root[1].integer(), ReplyError);
  CHECK_THROWS_AS(root[1].text(), ReplyError);
  CHECK_THROWS_AS(root[1].size(), ReplyError);
  try {
    root[1].checked();
    FAIL("checked() let an error pass");
  } catch (const ReplyError& error) {
    CHECK(error.code() == "WRONGTYPE");
    CHECK(std::string(error.what()) == "WRONGTYPE Operation against a key");
  }
}

TEST_CASE("the wrong type is a protocol error that names both") {
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("$1\r\nx\r\n");
  REQUIRE(reader.next(arena));
  CHECK_THROWS_WITH(Reply(&arena, 0).integer(), "expected an integer from redis, got a string");
  CHECK_THROWS_AS(Reply(&arena, 0).size(), ProtocolError);
}

TEST_CASE("a nil has no children") {
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("*-1\r\n");
  REQUIRE(reader.next(arena));
  Reply const root(&arena, 0);
  CHECK(root.is_nil());
  CHECK(root.size() == 0);
  CHECK_FALSE(root.begin() != root.end());
}

TEST_CASE("bytes may arrive one at a time, and several replies at once") {
  std::string const wire = "*2\r\n" + record(1) + record(2) + "+OK\r\n:7\r\n";
  auto const whole = decode(wire);
  ReplyReader reader;
  // A different arena each time: a reply that is cut must not depend on the one of the call that saw its start.
  std::vector<std::string> seen;
  for (char const byte : wire) {
    ReplyArena arena;
    reader.feed(std::string_view(&byte, 1));
    if (reader.next(arena)) seen.push_back(dump(Reply(&arena, 0)));
  }
  REQUIRE(seen == std::vector<std::string>{whole, "+OK", "7"});

  ReplyReader at_once;
  at_once.feed(wire);
  ReplyArena arena;
  seen.clear();
  while (at_once.next(arena)) seen.push_back(dump(Reply(&arena, 0)));
  CHECK(seen == std::vector<std::string>{whole, "+OK", "7"});
}

TEST_CASE("what Redis never sends is refused") {
  auto const wire = GENERATE(as<std::string>(), "HTTP/1.1 400 Bad Request\r\n", "\r\n", "$x\r\n", "$-2\r\n",
                             "*99999999999\r\n", ":abc\r\n", "*2\r\n:1\r\n!oops\r\n");
  CAPTURE(wire);
  CHECK_THROWS_AS(decode(wire), ProtocolError);
}

TEST_CASE("nesting is limited") {
  std::string wire;
  for (int i = 0; i < 20; ++i) wire += "*1\r\n";
  CHECK_THROWS_AS(decode(wire + ":1\r\n"), ProtocolError);
}

TEST_CASE("a huge string and a wide array come through whole") {
  std::string const big(20 << 20, 'x');
  ReplyReader reader;
  ReplyArena arena;
  auto const wire = "$" + std::to_string(big.size()) + "\r\n" + big + "\r\n";
  for (std::size_t at = 0; at < wire.size(); at += 65536) {
    REQUIRE_FALSE(reader.next(arena));
    reader.feed(std::string_view(wire).substr(at, 65536));
  }
  REQUIRE(reader.next(arena));
  CHECK(Reply(&arena, 0).text().size() == big.size());

  std::string wide = "*100000\r\n";
  for (int i = 0; i < 100000; ++i) wide += ":" + std::to_string(i) + "\r\n";
  reader.feed(wide);
  REQUIRE(reader.next(arena));
  std::int64_t sum = 0;
  for (auto const child : Reply(&arena, 0)) sum += child.integer();
  CHECK(sum == 4999950000);
}

TEST_CASE("a reply beyond the limit is refused before it is held") {
  CHECK_THROWS_WITH(decode("$500000000\r\n"), "redis sent a reply that exceeds 128 MiB");

  // Of short elements it is what they take here that counts, not their bytes.
  std::string piece;
  for (int n = 0; n < 1 << 16; ++n) piece += "*0\r\n";
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("*500000000\r\n");
  int pieces = 0;
  auto const take_all = [&] {
    do {
      reader.feed(piece);
    } while (++pieces < 1000 && !reader.next(arena));
  };
  CHECK_THROWS_WITH(take_all(), "redis sent a reply that exceeds 128 MiB");
  CHECK(pieces > 64);
  CHECK(pieces <= 128);
}

TEST_CASE("a line that never ends is searched once and refused at the limit") {
  std::string const piece(1 << 20, 'x');
  ReplyReader reader;
  ReplyArena arena;
  reader.feed("+");
  int pieces = 0;
  auto const take_all = [&] {
    do {
      reader.feed(piece);
    } while (++pieces < 200 && !reader.next(arena));
  };
  CHECK_THROWS_AS(take_all(), ProtocolError);
  CHECK(pieces == 128);
}

TEST_CASE("a carriage return within a line is part of it") {
  CHECK(decode("+a\rb\nc\r\n") == "+a\rb\nc");
  CHECK(decode("+a\r") == "incomplete");
  CHECK(decode("-\r\r\n") == "-\r");
}

TEST_CASE("numbers go to the ends of 64 bits and no further") {
  CHECK(decode(":-9223372036854775808\r\n") == "-9223372036854775808");
  CHECK(decode(":922337203685477580") == "incomplete");
  auto const wire = GENERATE(as<std::string>(), ":9223372036854775808\r\n", ":-9223372036854775809\r\n",
                             ":99999999999999999999", ":\r\n", ":-\r\n", ":+1\r\n", ":1 \r\n", ":01\r\n",
                             ":-0\r\n", ":1\rx", "$18446744073709551615\r\n");
  CAPTURE(wire);
  CHECK_THROWS_AS(decode(wire), ProtocolError);
}

TEST_CASE("a string that goes on beyond its length is refused") {
  CHECK_THROWS_WITH(decode("$2\r\nabc\r\n"), "redis sent a string that is longer than announced");
}

TEST_CASE("small replies beside a large one keep their bytes, and it does not follow them") {
  std::string const large(300'000, 'l');
  std::string const wire = "+first\r\n$300000\r\n" + large + "\r\n*2\r\n$4\r\nlast\r\n:1\r\n";
  ReplyReader reader;
  std::vector<ReplyArena> arenas(3);
  for (int round = 0; round < 3; ++round) {
    std::size_t complete = 0;
    for (std::size_t at = 0; at < wire.size(); at += 65536) {
      reader.feed(std::string_view(wire).substr(at, 65536));
      while (complete < arenas.size() && reader.next(arenas[complete])) ++complete;
    }
    REQUIRE(complete == 3);
    CHECK(reader.empty());
    CHECK(dump(Reply(&arenas[0], 0)) == "+first");
    CHECK(Reply(&arenas[1], 0).text() == large);
    CHECK(dump(Reply(&arenas[2], 0)) == "['last' 1]");
    CHECK(arenas[0].bytes.capacity() < 1000);
    CHECK(arenas[2].bytes.capacity() < 1000);
  }
}

TEST_CASE("commands are written as arrays of bulk strings") {
  std::string out;
  std::string_view const words[] = {"SET", "k\r\n", ""};
  append_command(out, words);
  CHECK(out == "*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$0\r\n\r\n");
}

TEST_CASE("time to decode a batch of stream records", "[.bench]") {
  std::string wire = "*500\r\n";
  for (int n = 0; n < 500; ++n) wire += record(n);
  ReplyReader reader;
  ReplyArena arena;
  auto const start = std::chrono::steady_clock::now();
  constexpr int kRounds = 400;
  std::size_t values = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t at = 0; at < wire.size(); at += 65536) {
      reader.feed(std::string_view(wire).substr(at, 65536));
      if (!reader.next(arena)) continue;
      for (auto const entry : Reply(&arena, 0)) {
        for (auto const value : entry[1]) values += value.text().size() > 0;
      }
    }
  }
  auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(values == std::size_t{kRounds} * 500 * 18);
  WARN("decoding cost " << spent / (kRounds * 500) * 1e6 << " us a record of 9 fields");
}

}  // namespace
}  // namespace fleet::redis
