// gRPC's few octets, and what an answer is judged by.
#include "probers/grpc/grpc_message.hpp"

#include <catch2/catch.hpp>

#include "probers/grpc/grpc_module.hpp"
#include "probers/grpc/grpc_probe.hpp"
#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::probers::grpc;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("a request is framed and carries the service's name") {
  CHECK(health_request("") == "\0\0\0\0\0"s);
  CHECK(health_request("abc") == "\0\0\0\0\5\x0a\3"s + "abc");
  auto const longer = health_request(std::string(300, 'x'));
  CHECK(longer.substr(0, 8) == "\0\0\0\1\x2f\x0a\xac\2"s);
  CHECK(longer.size() == 308);
}

TEST_CASE("answers are read within bounds, fields of later versions are skipped") {
  CHECK(decode_health_response("\0\0\0\0\0"s) == ServingStatus::unknown);
  CHECK(decode_health_response("\0\0\0\0\2\x08\1"s) == ServingStatus::serving);
  CHECK(decode_health_response("\0\0\0\0\2\x08\3"s) == ServingStatus::service_unknown);
  CHECK(serving_status_name(decode_health_response("\0\0\0\0\2\x08\7"s)) == "7");
  // Field 2 as text, field 3 as 64 bits, field 4 as 32 bits, field 5 as a number; then the status.
  CHECK(decode_health_response("\0\0\0\0\x16\x12\2ab\x19"s + "12345678" + "\x25"s + "1234" +
                               "\x28\x05\x08\1"s) == ServingStatus::serving);
  for (auto const& bad :
       {""s, "\0\0\0"s, "\0\0\0\0\2\x08"s, "\1\0\0\0\2\x08\1"s, "\0\0\0\0\2\x08\1x"s, "\0\0\0\0\1\x08"s,
        "\0\0\0\0\2\x08\x80"s, "\0\0\0\0\3\x12\5a"s, "\0\0\0\0\1\x0b"s, "\0\0\0\0\2\0\1"s,
        "\xff\xff\xff\xff\xff"s, "\0\0\0\0\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s}) {
    CHECK_THROWS_AS(decode_health_response(bad), Malformed);
  }
}

TEST_CASE("headers: time left, messages, codes") {
  CHECK(timeout_header(1500ms) == "1500000u");
  CHECK(timeout_header(1us + 900ns) == "1u");
  CHECK(timeout_header(-5s) == "1u");
  CHECK(timeout_header(100s) == "100000m");
  CHECK(timeout_header(std::chrono::hours(24 * 30)) == "99999999m");
  CHECK(decode_percent("a%20b%C3%BC%") == "a b\xC3\xBC%");
  CHECK(decode_percent("%zz%4") == "%zz%4");
  CHECK(parse_status("14") == 14);
  for (auto const* bad : {"", "x", "-1", "1 ", "99999999999"}) CHECK_FALSE(parse_status(bad));
  CHECK(status_name(14) == "UNAVAILABLE");
  CHECK(status_name(99) == "code 99");
  CHECK(status_of_http(503) == 14);
  CHECK(status_of_http(404) == 12);
  CHECK(status_of_http(418) == 2);
}

namespace {

double health(const ProbeResult& result, const std::string& status) {
  for (auto const& fact : result.facts.all()) {
    if (fact.kind == &grpc_health && fact.labels.at(0).second == status) return fact.value;
  }
  return -1;
}

ProbeResult judged(CheckAnswer answer) {
  ProbeResult result;
  judge_check(answer, result);
  return result;
}

}  // namespace

TEST_CASE("what an answer is judged by") {
  auto const good = judged({200, "application/grpc", "0", "", "\0\0\0\0\2\x08\1"s});
  CHECK(good.outcome == Outcome::good);
  CHECK(*good.facts.find(grpc_status_code) == 0);
  CHECK(health(good, "SERVING") == 1);
  for (auto const* other : {"UNKNOWN", "NOT_SERVING", "SERVICE_UNKNOWN"}) CHECK(health(good, other) == 0);

  auto const down = judged({200, "application/grpc", "0", "", "\0\0\0\0\2\x08\2"s});
  CHECK(down.reason == Reason::not_serving);
  CHECK(down.detail == "serving status NOT_SERVING");
  CHECK(health(down, "NOT_SERVING") == 1);

  auto const refused = judged({200, "application/grpc", "5", "no%20such\n", ""});
  CHECK(refused.reason == Reason::grpc_status);
  CHECK(refused.detail == "gRPC status NOT_FOUND: no such?");
  CHECK(*refused.facts.find(grpc_status_code) == 5);
  CHECK(health(refused, "SERVING") == 0);
  CHECK(judged({200, "application/grpc", "4", "", ""}).reason == Reason::timeout);
  CHECK(judged({200, "application/grpc", "junk", "", ""}).detail == "gRPC status UNKNOWN");

  auto const proxy = judged({503, "text/html", std::nullopt, "", "<html>"});
  CHECK(proxy.reason == Reason::protocol);
  CHECK(proxy.detail == "not gRPC: HTTP status 503");
  CHECK(*proxy.facts.find(grpc_status_code) == 14);
  CHECK(judged({200, "application/grpc", std::nullopt, "", ""}).detail ==
        "the response ends without a grpc-status");
  CHECK(*judged({200, "application/grpc", std::nullopt, "", ""}).facts.find(grpc_status_code) == 13);
  auto const garbage = judged({200, "application/grpc", "0", "", "garbage"});
  CHECK(garbage.reason == Reason::protocol);
  CHECK(*garbage.facts.find(grpc_status_code) == 13);
}

TEST_CASE("grpc: options and targets") {
  auto const read = [](const std::string& text) {
    auto const whole = config::Document::parse(text, "f").root();
    return read_grpc(whole, whole, {});
  };
  auto const error_of = [&](const std::string& text) { return testing::message_of([&] { read(text); }); };
  CHECK(error_of("{}") == "");
  CHECK(error_of("service: s\ntls: true\npreferred_ip_protocol: ip4\nip_protocol_fallback: false") == "");
  CHECK(error_of("metadata: {X-Token: abc}") == "");
  CHECK(error_of("metadata: {grpc-timeout: 1S}") ==
        "f:1:12: expected metadata of your own: `grpc-timeout` is set by the probe");
  CHECK(error_of("metadata: {'a b': x}").starts_with("f:1:12: "));
  CHECK(error_of("metadata: {a: \"secret\\n\"}") == "f:1:15: expected printable ASCII characters");
  CHECK(error_of("servcie: s").starts_with("f:1:1: "));
  auto const module = read("{}");
  for (auto const* target :
       {"host:50051", "host", "[::1]:50051", "[::1]", "http://host:50051", "https://host/"}) {
    INFO(target);
    CHECK(module->probe({target, ""}));
  }
  for (auto const* target :
       {"", "dns:///host:50051", "unix:///run/x", "host:", "host:0", "ftp://host:1", "a b:1"}) {
    INFO(target);
    CHECK_THROWS_AS(module->probe({target, ""}), BadTarget);
  }
}
