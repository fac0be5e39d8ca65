// Options of A2A probes.
#include "probers/a2a/a2a_module.hpp"

#include <catch2/catch.hpp>

#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Module> read(const std::string& yaml) {
  auto const root = config::Document::parse(yaml, "p.yml").root();
  return read_a2a(root, root, {});
}

A2aOptions options(const std::string& yaml) { return dynamic_cast<const A2aModule&>(*read(yaml)).options(); }

std::string error(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const config::Error& failure) {
    return failure.what();
  }
  return "none";
}

http::Request request_with(const A2aOptions& read) {
  http::Request request;
  request.headers.emplace_back("Accept", "application/json");
  read.headers.apply(request);
  return request;
}

}  // namespace

TEST_CASE("A2A options: defaults") {
  auto const root = config::Document::parse("a: 1", "p.yml").root();
  auto const module = read_a2a(std::nullopt, root, {});
  auto const& defaults = dynamic_cast<const A2aModule&>(*module).options();
  CHECK(defaults.mode == A2aOptions::Mode::send);
  CHECK(defaults.text == "ping");
  CHECK(defaults.blocking);
  CHECK_FALSE(defaults.until_completed);
  CHECK(defaults.discovery_interval == 60s);
  CHECK_FALSE(defaults.wanted.version);
  CHECK(module->probe({"http://h:1/", ""}));
  CHECK(module->probe({"h:1", "agent.example"}));
  CHECK_THROWS_AS(module->probe({"ftp://h", ""}), BadTarget);
  CHECK_THROWS_AS(module->probe({"http://user:pass@h/", ""}), BadTarget);
}

TEST_CASE("A2A options: all of them") {
  testing::TemporaryDirectory directory;
  auto const token = directory.write("token", "s3cret\n");
  auto const all = options(
      "{mode: send, text: hello, card_url: /cards/intake.json, version: 1.0, binding: HTTP+JSON, blocking: "
      "false,"
      " until: completed, poll_interval: 250ms, fail_if_reply_not_matches_regexp: ['^echo'],"
      " fail_if_reply_matches_regexp: [sorry], discovery_interval: 5m, body_size_limit: 65536,"
      " headers: {X-Tenant: acme, accept: text/plain}, http_headers: {X-Key: {secrets: [k], files: [" +
      token +
      "]}},"
      " bearer_token_file: " +
      token + ", preferred_ip_protocol: ip4}");
  CHECK(all.text == "hello");
  CHECK(all.card_url == "/cards/intake.json");
  CHECK(all.wanted.version == a2a::Version::v1_0);
  CHECK(all.wanted.binding == a2a::Binding::http_json);
  CHECK_FALSE(all.blocking);
  CHECK(all.until_completed);
  CHECK(all.poll_interval == 250ms);
  CHECK(all.reply.fail_if_not_matches.size() == 1);
  CHECK(all.discovery_interval == 5min);
  CHECK(all.body_size_limit == 65536);
  std::vector<std::pair<std::string, std::string>> const expected{{"X-Tenant", "acme"},
                                                                  {"accept", "text/plain"},
                                                                  {"X-Key", "k"},
                                                                  {"X-Key", "s3cret"},
                                                                  {"Authorization", "Bearer s3cret"}};
  CHECK(request_with(all).headers == expected);
  CHECK(request_with(options("{authorization: {type: Basic, credentials: eA==}}")).headers.back().second ==
        "Basic eA==");
  CHECK(options("{mode: stream}").mode == A2aOptions::Mode::stream);
  CHECK(options("{poll_interval: 1s}").until_completed);
  CHECK(options("{fail_if_reply_matches_regexp: [x]}").until_completed);
  CHECK(options("{card_url: 'https://h/card.json'}").card_url == "https://h/card.json");
}

TEST_CASE("A2A options: mistakes have a place") {
  CHECK(error("mode: stream\nuntil: completed") == "p.yml:2:8: expected no `until` with mode stream");
  CHECK(error("mode: task\ntext: x") == "p.yml:2:7: expected no `text` with mode task");
  CHECK(error("mode: card\ndiscovery_interval: 1m") ==
        "p.yml:2:21: expected no `discovery_interval` with mode card");
  CHECK(error("mode: both").starts_with("p.yml:1:7: expected"));
  CHECK(error("version: '2.0'").starts_with("p.yml:1:10: expected"));
  CHECK(error("version: '0.2'\nbinding: HTTP+JSON") ==
        "p.yml:2:10: expected JSONRPC, version 0.2 has no other binding here");
  CHECK(error("until: answered\npoll_interval: 1s") ==
        "p.yml:2:16: expected no `poll_interval` with `until: answered`");
  CHECK(
      error("until: answered\nfail_if_reply_matches_regexp: [x]").starts_with("p.yml:1:8: expected completed"));
  CHECK(error("card_url: card.json").starts_with("p.yml:1:11: expected an http"));
  CHECK(error("card_url: 'ftp://h/c'").starts_with("p.yml:1:11: expected an http"));
  CHECK(error("poll_interval: 1ms").starts_with("p.yml:1:16: "));
  CHECK(error("text: ''").starts_with("p.yml:1:7: "));
  CHECK(error("fail_if_reply_matches_regexp: ['(']").starts_with("p.yml:1:32: "));
  CHECK(error("headers: {'X Y': a}").starts_with("p.yml:1:11: expected the name of a header"));
  CHECK(error("headers: {X: \"a\\nb\"}").starts_with("p.yml:1:14: expected a header value"));
  CHECK(error("headers: {Content-Length: 1}").starts_with("p.yml:1:11: expected a header other"));
  CHECK(error("headers: {X: a, x: b}").starts_with("p.yml:1:17: expected a header given once"));
  CHECK(error("headers: {Authorization: a}\nbearer_token: b").starts_with("p.yml:2:15: expected one source"));
  CHECK(
      error("bearer_token: b\nauthorization: {credentials: c}").starts_with("p.yml:2:16: expected one source"));
  CHECK(error("authorization: {type: Bearer}").starts_with("p.yml:1:16: expected credentials"));
  CHECK(error("http_headers: {X: {}}").starts_with("p.yml:1:19: expected values"));
  CHECK(error("bearer_token_file: /nonexistent/token").starts_with("p.yml:1:20: expected a readable file"));
  CHECK(error("nonsense: 1").starts_with("p.yml:1:1: "));
}
