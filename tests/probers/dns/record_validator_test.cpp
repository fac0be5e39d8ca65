// Expressions on records, and what a response is judged by.
#include "probers/dns/record_validator.hpp"

#include <catch2/catch.hpp>

#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/dns_probe.hpp"

using namespace fleet::probers;
using namespace fleet::probers::dns;

namespace {

std::vector<Record> addresses(std::initializer_list<const char*> texts) {
  std::vector<Record> records;
  for (auto const* text : texts) {
    Record record;
    record.owner = "example.com.";
    record.type = type::A;
    record.record_class = 1;
    record.ttl = 300;
    record.data = text;
    records.push_back(record);
  }
  return records;
}

RecordValidator::Expressions expressions(std::initializer_list<const char*> patterns) {
  RecordValidator::Expressions made;
  for (auto const* pattern : patterns) made.push_back(std::make_shared<re2::RE2>(pattern));
  return made;
}

bool passes(const RecordValidator& validator, std::initializer_list<const char*> texts) {
  return !missed(validator, addresses(texts));
}

}  // namespace

TEST_CASE("each list of expressions means what it does in blackbox_exporter") {
  RecordValidator none;
  CHECK(passes(none, {}));
  CHECK(passes(none, {"1.1.1.1"}));

  RecordValidator matches;
  matches.fail_if_matches = expressions({"\\t127\\.", "\\t10\\."});
  CHECK(passes(matches, {}));
  CHECK(passes(matches, {"1.1.1.1"}));
  CHECK_FALSE(passes(matches, {"1.1.1.1", "10.0.0.1"}));

  RecordValidator all;
  all.fail_if_all_match = expressions({"\\t127\\."});
  CHECK(passes(all, {}));
  CHECK(passes(all, {"127.0.0.1", "127.0.0.2"}));
  CHECK_FALSE(passes(all, {"127.0.0.1", "1.1.1.1"}));

  RecordValidator not_matches;
  not_matches.fail_if_not_matches = expressions({"^example\\.com\\.\\t300\\tIN\\tA\\t127"});
  CHECK_FALSE(passes(not_matches, {}));
  CHECK(passes(not_matches, {"127.0.0.1"}));
  CHECK_FALSE(passes(not_matches, {"127.0.0.1", "1.1.1.1"}));

  RecordValidator one;
  one.fail_if_none_matches = expressions({"127", "10\\.0"});
  CHECK_FALSE(passes(one, {}));
  CHECK(passes(one, {"1.1.1.1", "10.0.0.1"}));
  CHECK_FALSE(passes(one, {"1.1.1.1"}));
}

TEST_CASE("a response's code comes before its records, the sections in their order") {
  DnsOptions options;
  options.answer.fail_if_not_matches = expressions({"1\\.1"});
  options.additional.fail_if_matches = expressions({"9\\.9"});
  Message response;
  response.answers = addresses({"2.2.2.2"});
  response.additionals = addresses({"9.9.9.9", "8.8.8.8"});
  ProbeResult result;
  judge_response(options, response, result);
  CHECK(result.reason == Reason::dns_records);
  CHECK(result.step == "answer");
  CHECK(*result.facts.find(dns_answer_rrs) == 1);
  CHECK(*result.facts.find(dns_authority_rrs) == 0);
  CHECK(*result.facts.find(dns_additional_rrs) == 2);
  CHECK(*result.facts.find(dns_query_succeeded) == 1);
  CHECK(result.facts.find(dns_serial) == nullptr);

  response.rcode = 3;
  ProbeResult denied;
  judge_response(options, response, denied);
  CHECK(denied.reason == Reason::dns_rcode);
  CHECK(denied.detail == "response code NXDOMAIN");

  options.valid_rcodes = {0, 3};
  response.answers = addresses({"1.1.1.1"});
  ProbeResult additional;
  judge_response(options, response, additional);
  CHECK(additional.step == "additional");
  response.additionals.clear();
  ProbeResult good;
  judge_response(options, response, good);
  CHECK(good.outcome == Outcome::good);
}

TEST_CASE("the serial is told for SOA queries only") {
  DnsOptions options;
  Message response;
  response.answers = addresses({"ns. admin. 7 1 1 1 1"});
  response.answers[0].type = type::SOA;
  response.answers[0].soa_serial = 7;
  ProbeResult any;
  judge_response(options, response, any);
  CHECK(any.facts.find(dns_serial) == nullptr);
  options.question.type = type::SOA;
  ProbeResult soa;
  judge_response(options, response, soa);
  REQUIRE(soa.facts.find(dns_serial));
  CHECK(*soa.facts.find(dns_serial) == 7);
}
