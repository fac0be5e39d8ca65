#include "exporters/a2a/hop.hpp"

#include <catch2/catch.hpp>

#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::fields_wire;
using testing::hop_fields;
using testing::MadeReply;

using Changes = std::map<std::string, std::string>;

std::optional<SkipReason> reason_against(const std::string& wire) {
  Hop hop;
  return parse_hop(MadeReply(wire), hop);
}

/// The reason for which a good record with `changes` is refused; "" if it is taken.
std::string refused(const Changes& changes) {
  auto const reason = reason_against(fields_wire(hop_fields("h1", 1'000'000, 1'040'000, changes)));
  return reason ? std::string(skip_reason_names[static_cast<std::size_t>(*reason)]) : "";
}

TEST_CASE("a record becomes a hop") {
  MadeReply const reply(fields_wire(hop_fields("h-7", 1'000'000, 1'040'000,
                                               {{"attempt", "3"},
                                                {"outcome", "error"},
                                                {"err", "-32001"},
                                                {"trace_id", "0123456789abcdef0123456789abcdef"}})));
  Hop hop;
  REQUIRE_FALSE(parse_hop(reply, hop));
  CHECK(hop.hop_id == "h-7");
  CHECK(hop.attempt == 3);
  CHECK(hop.source == "intake");
  CHECK(hop.target == "research");
  CHECK(hop.enqueued_us == 1'000'000);
  CHECK(hop.dequeued_us == 1'010'000);
  CHECK(hop.done_us == 1'040'000);
  CHECK(hop.outcome == Outcome::error);
  CHECK(error_codes[hop.error_code] == "-32001");
  CHECK(hop.trace_id == "0123456789abcdef0123456789abcdef");
}

TEST_CASE("what a record lacks or garbles makes it malformed") {
  for (auto const* field :
       {"v", "hop_id", "attempt", "src", "dst", "t_enq_us", "t_deq_us", "t_done_us", "outcome"}) {
    INFO(field);
    CHECK(refused({{field, ""}}) == "malformed");
  }
  for (auto const* field : {"attempt", "t_enq_us", "t_deq_us", "t_done_us"}) {
    for (auto const* value : {"x", "1x", " 1", "1.5", "-1", "253402300800000000", "99999999999999999999"}) {
      INFO(field << " = " << value);
      CHECK(refused({{field, value}}) == "malformed");
    }
  }
  CHECK(refused({{"outcome", "fine"}}) == "malformed");
  CHECK(refused({{"outcome", "OK"}}) == "malformed");
  CHECK(refused({{"src", "a|b"}}) == "malformed");
  CHECK(refused({{"dst", "a\nb"}}) == "malformed");
  CHECK(refused({{"src", std::string(64, 'x')}}) == "");
  CHECK(refused({{"src", std::string(65, 'x')}}) == "malformed");
  CHECK(reason_against("*0\r\n") == SkipReason::malformed);
  CHECK(reason_against("*1\r\n$1\r\nv\r\n") == SkipReason::malformed);
  CHECK(reason_against(":1\r\n") == SkipReason::malformed);
}

TEST_CASE("what is optional or unknown does not") {
  CHECK(refused({}) == "");
  CHECK(refused({{"op", ""}}) == "");
  CHECK(refused({{"colour", "blue"}}) == "");
  CHECK(refused({{"trace_id", "not a trace id"}}) == "");
  CHECK(refused({{"outcome", "error"}}) == "");  // without err
}

TEST_CASE("only a timeout may never have been taken") {
  CHECK(refused({{"outcome", "timeout"}, {"t_deq_us", ""}}) == "");
  CHECK(refused({{"outcome", "timeout"}, {"t_deq_us", "x"}}) == "malformed");
  CHECK(refused({{"outcome", "error"}, {"t_deq_us", ""}}) == "malformed");
}

TEST_CASE("another version is told from a malformed record, whatever else it holds") {
  CHECK(refused({{"v", "2"}}) == "version");
  CHECK(refused({{"v", "2"}, {"t_done_us", ""}}) == "version");
  CHECK(refused({{"v", "01"}}) == "version");
}

TEST_CASE("stamps that go back are negative, equal ones are not") {
  CHECK(refused({{"t_deq_us", "999999"}}) == "negative");
  CHECK(refused({{"t_deq_us", "1040001"}}) == "negative");
  CHECK(refused({{"t_done_us", "999999"}, {"t_deq_us", "999999"}}) == "negative");
  CHECK(refused({{"t_done_us", "999999"}, {"outcome", "timeout"}, {"t_deq_us", ""}}) == "negative");
  CHECK(refused({{"t_deq_us", "1000000"}}) == "");
  CHECK(refused({{"t_deq_us", "1040000"}}) == "");
}

TEST_CASE("a trimmed entry has no fields") {
  CHECK(reason_against("*-1\r\n") == SkipReason::trimmed);
  CHECK(reason_against("$-1\r\n") == SkipReason::trimmed);
}

TEST_CASE("of a repeated field the last counts, and nothing is left of the hop that was there") {
  auto fields = hop_fields("h", 1, 2, {{"outcome", "error"}, {"err", "-32603"}, {"state", "completed"}});
  Hop hop;
  REQUIRE_FALSE(parse_hop(MadeReply(fields_wire(fields)), hop));
  CHECK(hop.task_state);
  fields = hop_fields("h", 1, 2);
  fields.emplace_back("attempt", "x");
  CHECK(parse_hop(MadeReply(fields_wire(fields)), hop) == SkipReason::malformed);
  fields.emplace_back("attempt", "7");
  MadeReply const reply(fields_wire(fields));
  REQUIRE_FALSE(parse_hop(reply, hop));
  CHECK(hop.attempt == 7);
  CHECK_FALSE(hop.task_state);
  CHECK(hop.outcome == Outcome::ok);
  CHECK(error_codes[hop.error_code] == "other");
}

TEST_CASE("unknown error codes are other") {
  auto const code = [](const std::string& text) {
    MadeReply const reply(fields_wire(hop_fields("h", 1, 2, {{"outcome", "error"}, {"err", text}})));
    Hop hop;
    REQUIRE_FALSE(parse_hop(reply, hop));
    return std::string(error_codes[hop.error_code]);
  };
  CHECK(code("-32603") == "-32603");
  CHECK(code("-32099") == "other");
  CHECK(code("client 4711") == "other");
}

}  // namespace
}  // namespace fleet::exporters::a2a
