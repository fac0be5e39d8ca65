#include "probers/a2a/a2a_module.hpp"

#include <array>
#include <vector>

#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;
using Mode = A2aOptions::Mode;

constexpr std::array<std::string_view, 13> own_keys{
    "mode",
    "text",
    "card_url",
    "version",
    "binding",
    "blocking",
    "until",
    "poll_interval",
    "fail_if_reply_matches_regexp",
    "fail_if_reply_not_matches_regexp",
    "discovery_interval",
    "body_size_limit",
    "tls_config",
};

std::vector<std::string_view> all_keys() {
  std::vector<std::string_view> keys(own_keys.begin(), own_keys.end());
  keys.insert(keys.end(), a2a::header_keys.begin(), a2a::header_keys.end());
  keys.insert(keys.end(), dial_keys.begin(), dial_keys.end());
  return keys;
}

Mode read_mode(const Mapping& module) {
  auto const value = module.optional("mode");
  if (!value) return Mode::send;
  auto const word = value->one_of({"card", "task", "send", "stream"});
  if (word == "card") return Mode::card;
  if (word == "task") return Mode::task;
  return word == "stream" ? Mode::stream : Mode::send;
}

std::string_view mode_word(Mode mode) {
  constexpr std::array<std::string_view, 4> words{"card", "task", "send", "stream"};
  return words[static_cast<std::size_t>(mode)];
}

/// Options without effect are mistakes.
void refuse_useless(const Mapping& module, Mode mode) {
  auto const refuse = [&](std::string_view key) {
    if (auto const value = module.optional(key)) {
      value->fail("expected no `" + std::string(key) + "` with mode " + std::string(mode_word(mode)));
    }
  };
  if (mode != Mode::send) {
    for (auto const* const key : {"blocking", "until", "poll_interval"}) refuse(key);
  }
  if (mode == Mode::card || mode == Mode::task) {
    for (auto const* const key : {"text", "fail_if_reply_matches_regexp", "fail_if_reply_not_matches_regexp"}) {
      refuse(key);
    }
  }
  if (mode == Mode::card) refuse("discovery_interval");
}

a2a::Wanted read_wanted(const Mapping& module) {
  a2a::Wanted wanted;
  if (auto const version = module.optional("version")) {
    wanted.version = a2a::parse_version(version->one_of({"0.2", "0.3", "1.0"}));
  }
  if (auto const binding = module.optional("binding")) {
    wanted.binding = a2a::parse_binding(binding->one_of({"JSONRPC", "HTTP+JSON"}));
    if (wanted.version == a2a::Version::v0_2 && wanted.binding == a2a::Binding::http_json) {
      binding->fail("expected JSONRPC, version 0.2 has no other binding here");
    }
  }
  return wanted;
}

std::string read_card_url(const Mapping& module) {
  auto const value = module.optional("card_url");
  if (!value) return {};
  auto text = value->non_empty_text();
  bool const absolute = text.find("://") != std::string::npos;
  auto const base = http::Url::parse("http://target/");
  if (absolute ? !http::Url::parse(text) : !text.starts_with('/') || !base->resolve(text)) {
    value->fail("expected an http or https URL without credentials, or a path like /agents/intake/card.json");
  }
  return text;
}

void read_until(const Mapping& module, A2aOptions& options) {
  auto const until = module.optional("until");
  auto const interval = module.optional("poll_interval");
  bool const answered = until && until->one_of({"answered", "completed"}) == "answered";
  if (answered && interval) interval->fail("expected no `poll_interval` with `until: answered`");
  if (answered && options.reply.any()) {
    until->fail("expected completed, since something is expected of the reply");
  }
  options.until_completed = !answered && (until || interval || options.reply.any());
  if (interval) options.poll_interval = interval->duration(10ms);
}

std::vector<std::shared_ptr<const re2::RE2>> read_expressions(const Mapping& module, std::string_view key) {
  std::vector<std::shared_ptr<const re2::RE2>> expressions;
  if (auto const list = module.optional(key)) {
    for (auto const& one : list->list()) expressions.push_back(one.regex());
  }
  return expressions;
}

A2aOptions read_options(const Mapping& module) {
  A2aOptions options;
  options.mode = read_mode(module);
  refuse_useless(module, options.mode);
  if (auto const text = module.optional("text")) options.text = text->non_empty_text();
  options.card_url = read_card_url(module);
  options.wanted = read_wanted(module);
  options.blocking = module.boolean_or("blocking", options.blocking);
  options.reply.fail_if_matches = read_expressions(module, "fail_if_reply_matches_regexp");
  options.reply.fail_if_not_matches = read_expressions(module, "fail_if_reply_not_matches_regexp");
  read_until(module, options);
  options.headers = a2a::read_request_headers(module);
  options.body_size_limit = static_cast<std::size_t>(module.integer_or(
      "body_size_limit", static_cast<std::int64_t>(options.body_size_limit), 1024, 1024 * 1024 * 1024));
  options.discovery_interval = module.duration_or("discovery_interval", options.discovery_interval, 0ms);
  return options;
}

}  // namespace

A2aModule::A2aModule(http::ClientOptions client, A2aOptions options)
    : client_(std::make_shared<http::Client>(std::move(client))),
      options_(std::make_shared<const A2aOptions>(std::move(options))) {}

std::shared_ptr<Probe> A2aModule::probe(const TargetSpec& target) const {
  bool const has_scheme = target.address.find("://") != std::string::npos;
  auto url = http::Url::parse(has_scheme ? target.address : "http://" + target.address);
  if (!url) throw BadTarget("expected a URL without credentials, like http://host:8080");
  return std::make_shared<A2aProbe>(client_, std::move(*url), options_, target.hostname);
}

std::shared_ptr<const Module> read_a2a(const std::optional<config::Value>& options, const config::Value&,
                                       const ReadContext& context) {
  // Options that were left out are an empty mapping, so that defaults have one source.
  auto const given = options ? *options : config::Document::parse("{}", "a2a").root();
  auto const keys = all_keys();
  auto const module = given.mapping(std::span<const std::string_view>(keys));
  auto read = read_options(module);
  http::ClientOptions client;
  client.tls = read_tls(module);
  client.dial = read_dial(module, context);
  return std::make_shared<A2aModule>(std::move(client), std::move(read));
}

}  // namespace fleet::probers
