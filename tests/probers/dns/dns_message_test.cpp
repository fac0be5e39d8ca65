// The DNS codec: what resolvers send, what they should not send, and how records read.
#include "probers/dns/dns_message.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/domain_name.hpp"
#include "tests/probers/dns/dns_wire.hpp"

using namespace fleet::probers::dns;
using namespace fleet::testing;
using namespace std::string_literals;

namespace {

std::string text_of(unsigned type, const std::string& data, unsigned ttl = 300) {
  WireMessage message;
  message.answers = 1;
  message.records = record(type, ttl, data);
  return decode(message.text()).answers.at(0).text();
}

}  // namespace

TEST_CASE("a query is what RFC 1035 says") {
  Question const question{wire_name("example.com"), type::AAAA, 1};
  CHECK(encode_query(0xBEEF, question, true) ==
        octets("beef 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 001c 0001"));
  CHECK(encode_query(1, question, false).substr(0, 4) == octets("0001 0000"));
}

TEST_CASE("names between text and wire") {
  CHECK(wire_name("a.bc.") == octets("01 61 02 6263 00"));
  CHECK(wire_name("a.bc") == wire_name("a.bc."));
  CHECK(wire_name(".") == "\0"s);
  CHECK(wire_name("") == "\0"s);
  CHECK(wire_name("a\\.b.c") == octets("03 612e62 01 63 00"));
  CHECK(wire_name("\\000x") == octets("02 0078 00"));
  CHECK(name_text(wire_name("a\\.b.\\007 c")) == "a\\.b.\\007\\ c.");
  CHECK(name_text("\0"s) == ".");
  for (auto const* bad : {"a..b", ".a", "a\\", "a\\25", "a\\256", "\xC3\xBC.de"}) {
    INFO(bad);
    CHECK_THROWS_AS(wire_name(bad), std::invalid_argument);
  }
  CHECK_NOTHROW(wire_name(std::string(63, 'a')));
  CHECK_THROWS_AS(wire_name(std::string(64, 'a')), std::invalid_argument);
  auto const label = std::string(49, 'a') + '.';
  CHECK_NOTHROW(wire_name(label + label + label + label + label));  // 251 octets
  CHECK_THROWS_AS(wire_name(label + label + label + label + label + "bcde"), std::invalid_argument);
  CHECK(same_name(wire_name("Example.COM"), wire_name("example.com")));
  CHECK_FALSE(same_name(wire_name("example.com"), wire_name("example.org")));
}

TEST_CASE("records read as blackbox_exporter's expressions expect them") {
  CHECK(text_of(type::A, octets("c0000201")) == "example.com.\t300\tIN\tA\t192.0.2.1");
  CHECK(text_of(type::AAAA, octets("20010db8000000000000000000000001")) ==
        "example.com.\t300\tIN\tAAAA\t2001:db8::1");
  CHECK(text_of(type::CNAME, octets("03 777777 c00c")) == "example.com.\t300\tIN\tCNAME\twww.example.com.");
  CHECK(text_of(type::NS, plain_name("ns.example.net")) == "example.com.\t300\tIN\tNS\tns.example.net.");
  CHECK(text_of(type::PTR, octets("c00c")) == "example.com.\t300\tIN\tPTR\texample.com.");
  CHECK(text_of(type::MX, octets("000a 04 6d61696c c00c")) ==
        "example.com.\t300\tIN\tMX\t10 mail.example.com.");
  CHECK(text_of(type::TXT, octets("03 612262 04 625c00ff")) ==
        "example.com.\t300\tIN\tTXT\t\"a\\\"b\" \"b\\\\\\000\\255\"");
  CHECK(text_of(type::SRV, octets("0001 0002 0050 c00c")) == "example.com.\t300\tIN\tSRV\t1 2 80 example.com.");
  CHECK(text_of(type::CAA, octets("00 05 6973737565") + "letsencrypt.org") ==
        "example.com.\t300\tIN\tCAA\t0 issue \"letsencrypt.org\"");
  CHECK(text_of(type::SOA,
                octets("02 6e73 c00c 05 61646d696e c00c 7896382d 00000e10 00000384 00093a80 0000012c"), 3600) ==
        "example.com.\t3600\tIN\tSOA\tns.example.com. admin.example.com. 2023110701 3600 900 604800 300");
  CHECK(text_of(type::DS, octets("1234 08 02 abcd")) == "example.com.\t300\tIN\tDS\t4660 8 2 ABCD");
  CHECK(text_of(46, octets("0a0b0c")) == "example.com.\t300\tIN\tRRSIG\t\\# 3 0a0b0c");
  CHECK(text_of(65400, octets("0a0b0c")) == "example.com.\t300\tCLASS1\tTYPE65400\t\\# 3 0a0b0c");
  CHECK(text_of(type::A, "") == "example.com.\t300\tIN\tA\t");
}

TEST_CASE("data that does not have its type's form is refused") {
  CHECK_THROWS_AS(text_of(type::A, octets("c00002")), Malformed);
  CHECK_THROWS_AS(text_of(type::A, octets("c000020101")), Malformed);
  CHECK_THROWS_AS(text_of(type::AAAA, octets("2001")), Malformed);
  CHECK_THROWS_AS(text_of(type::MX, octets("000a")), Malformed);
  CHECK_THROWS_AS(text_of(type::TXT, octets("05 6162")), Malformed);
  CHECK_THROWS_AS(text_of(type::SOA, octets("c00c c00c 00000001")), Malformed);
  CHECK_THROWS_AS(text_of(type::CNAME, octets("c00c 00")), Malformed);
}

TEST_CASE("a response has its header, its sections and its serial") {
  WireMessage wire;
  wire.flags = 0x8583;  // authoritative, NXDOMAIN
  wire.authorities = 1;
  wire.additionals = 1;
  wire.records = record(type::SOA, 60, octets("c00c c00c 00000007 00000001 00000002 00000003 00000004")) +
                 octets("00 0029 04d0 01 00 0000 0000");  // OPT: upper bits of the code are 1
  auto const message = decode(wire.text());
  CHECK(message.id == 0x1234);
  CHECK(message.response);
  CHECK(message.authoritative);
  CHECK_FALSE(message.truncated);
  CHECK(message.recursion_available);
  CHECK(message.rcode == 16 + 3);
  REQUIRE(message.questions.size() == 1);
  CHECK(same_question(message.questions[0], {wire_name("EXAMPLE.com"), 1, 1}));
  CHECK_FALSE(same_question(message.questions[0], {wire_name("example.com"), 28, 1}));
  CHECK(message.answers.empty());
  REQUIRE(message.authorities.size() == 1);
  CHECK(message.authorities[0].soa_serial == 7u);
  CHECK(message.additionals.size() == 1);
}

TEST_CASE("a message cut between records has those before, one cut within a record is malformed") {
  WireMessage wire;
  wire.flags = 0x8380;  // truncated
  wire.answers = 3;
  wire.records = record(type::A, 1, octets("01020304")) + record(type::A, 1, octets("01020305"));
  auto const whole = wire.text();
  auto const message = decode(whole);
  CHECK(message.truncated);
  CHECK(message.answers.size() == 2);
  CHECK_THROWS_AS(decode(whole.substr(0, whole.size() - 1)), Malformed);
  CHECK(decode(whole.substr(0, 12)).questions.empty());
  CHECK_THROWS_AS(decode(whole.substr(0, 11)), Malformed);
  CHECK_THROWS_AS(decode(""), Malformed);
  CHECK(peek_id("\x01"s) == std::nullopt);
  CHECK(peek_id(whole) == 0x1234);
}

TEST_CASE("compressed names cannot loop, leave the message or grow") {
  WireMessage wire;
  wire.questions = 0;
  wire.answers = 1;
  auto const with_owner = [&](const std::string& owner) {
    wire.question = owner + octets("0001 0001 00000001 0004 01020304");
    return wire.text();
  };
  CHECK_THROWS_AS(decode(with_owner(octets("c00c"))), Malformed);        // to itself
  CHECK_THROWS_AS(decode(with_owner(octets("01 61 c00c"))), Malformed);  // a loop with a label in it
  CHECK_THROWS_AS(decode(with_owner(octets("c00e c00c"))), Malformed);   // forwards and back
  CHECK_THROWS_AS(decode(with_owner(octets("c0ff"))), Malformed);        // far behind the end
  CHECK_THROWS_AS(decode(with_owner(octets("41 61"))), Malformed);       // a label type that never was
  CHECK_THROWS_AS(decode(number16(1) + octets("8180 0001 0000 0000 0000 3f61")), Malformed);
  // Each name is one label longer than the one it points to, until one exceeds 255 octets.
  wire.question.clear();
  wire.records = octets("3f") + std::string(63, 'a') + octets("00 0001 0001 00000001 0000");
  unsigned last = 12;
  for (int i = 0; i < 4; ++i) {
    auto const next = static_cast<unsigned>(12 + wire.records.size());
    wire.records +=
        octets("3f") + std::string(63, 'b') + number16(0xC000 | last) + octets("0001 0001 00000001 0000");
    last = next;
  }
  wire.answers = 3;
  CHECK(decode(wire.text()).answers.size() == 3);
  wire.answers = 5;
  CHECK_THROWS_AS(decode(wire.text()), Malformed);
}

TEST_CASE("a chain of pointers is followed so far and no further") {
  std::string const head = number16(1) + octets("8180 0000 0001 0000 0000");
  auto const chain = [&](int pointers) {
    // Within the data of a record: a root name, then pointers each to the one before.
    auto data = octets("00");
    unsigned target = 12 + 11;
    for (int i = 0; i < pointers; ++i) {
      auto const here = static_cast<unsigned>(12 + 11 + data.size());
      data += number16(0xC000 | target);
      target = here;
    }
    auto const first = octets("00 ff00 0001 00000001") + number16(static_cast<unsigned>(data.size())) + data;
    auto const second = number16(0xC000 | target) + octets("0001 0001 00000001 0004 01020304");
    auto message = head + first + second;
    message[7] = 2;
    return message;
  };
  CHECK(decode(chain(100)).answers.size() == 2);
  CHECK_THROWS_AS(decode(chain(200)), Malformed);
}

TEST_CASE("no octets whatever make the codec do anything but decode or refuse") {
  std::mt19937 random(7);  // NOLINT: the same every time
  WireMessage wire;
  wire.answers = 4;
  wire.records = record(type::MX, 1, octets("000a 01 61 c00c")) + record(type::TXT, 1, octets("02 6162")) +
                 record(type::SOA, 1, octets("c00c c00c 00000007 00000001 00000002 00000003 00000004")) +
                 record(type::NAPTR, 1, octets("0001 0002 01 75 02 6162 00 c00c"));
  auto const good = wire.text();
  CHECK(decode(good).answers.size() == 4);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    auto bad = good;
    for (int changes = 0; changes < 3; ++changes) bad[random() % bad.size()] = static_cast<char>(random());
    bad.resize(random() % (bad.size() + 1));
    try {
      for (auto const& one : decode(bad).answers) CHECK_FALSE(one.text().empty());
    } catch (const Malformed&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("names of types, classes and codes") {
  CHECK(type_of("AAAA") == type::AAAA);
  CHECK(type_of("TYPE65400") == 65400);
  CHECK(type_name(65400) == "TYPE65400");
  for (auto const* bad : {"aaaa", "", "TYPE", "TYPE70000", "TYPE1x", "BOGUS"}) CHECK_FALSE(type_of(bad));
  CHECK(class_of("CH") == 3);
  CHECK_FALSE(class_of("XX"));
  CHECK(rcode_of("NXDOMAIN") == 3);
  CHECK_FALSE(rcode_of("3"));
  CHECK(rcode_name(24) == "RCODE24");
}
