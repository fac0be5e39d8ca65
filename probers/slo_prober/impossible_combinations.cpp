#include "probers/slo_prober/impossible_combinations.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fleet::probers {

namespace {

using config::Value;

std::optional<Value> find(const Value& mapping, std::string_view key) {
  for (auto const& [name, value] : mapping.entries())
    if (name.text() == key) return value;
  return std::nullopt;
}

bool is_set(const Value& options, std::string_view key, bool fallback) {
  auto const value = find(options, key);
  return value ? value->boolean() : fallback;
}

/// The highest group that a template asks for by number: "$2", "${2}". 0: none.
int highest_group(std::string_view text) {
  int highest = 0;
  for (std::size_t at = text.find('$'); at != text.npos && at + 1 < text.size(); at = text.find('$', at)) {
    at += text[at + 1] == '{' ? 2 : 1;
    int number = 0;
    auto const [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    auto const after = static_cast<std::size_t>(end - text.data());
    bool const is_name = after < text.size() &&
                         (std::isalpha(static_cast<unsigned char>(text[after])) != 0 || text[after] == '_');
    if (error == std::errc() && !is_name) highest = std::max(highest, number);
    if (at < text.size() && text[at] == '$') ++at;  // "$$" is a dollar
  }
  return highest;
}

void refuse_missing_group(const Value& value, const re2::RE2& expression) {
  int const groups = expression.NumberOfCapturingGroups();
  if (highest_group(value.verbatim()) <= groups) return;
  value.fail("expected a group that `expect` has: it has " + std::to_string(groups));
}

void refuse_impossible_query(const Value& query) {
  auto const expect = find(query, "expect"), bytes = find(query, "expect_bytes"), send = find(query, "send");
  bool const starts_tls = is_set(query, "starttls", false);
  if (!expect && !bytes && !send && !starts_tls) {
    query.fail("expected `expect`, `expect_bytes`, `send` or `starttls`");
  }
  if (expect && bytes) bytes->fail("expected either `expect` or `expect_bytes`");
  if (!expect) return;
  if (send) refuse_missing_group(*send, *expect->regex());
  if (auto const labels = find(query, "labels")) {
    for (auto const& label : labels->list_or_empty())
      if (auto const value = find(label, "value")) refuse_missing_group(*value, *expect->regex());
  }
}

void refuse_impossible_script(const Value& options) {
  auto const script = find(options, "query_response");
  bool tls = is_set(options, "tls", false), ever_tls = tls;
  for (auto const& query : script ? script->list_or_empty() : std::vector<Value>()) {
    refuse_impossible_query(query);
    if (!is_set(query, "starttls", false)) continue;
    if (tls) find(query, "starttls")->fail("expected no `starttls`, the connection is TLS already");
    tls = ever_tls = true;
  }
  auto const unused = find(options, "tls_config");
  if (unused && !ever_tls) unused->fail("expected `tls: true` or a `starttls` beside `tls_config`");
}

void refuse_impossible_request(const Value& options) {
  auto const method = find(options, "method");
  if (!method || method->text() != "HEAD") return;
  for (auto const& [key, value] : options.entries())
    if (key.text().starts_with("fail_if_body_"))
      key.fail("expected another method than HEAD, whose answers have no body");
}

}  // namespace

void refuse_impossible_options(std::string_view kind, const Value& options) {
  if (!options.is_mapping()) return;
  if (kind == "http") refuse_impossible_request(options);
  if (kind == "tcp") refuse_impossible_script(options);
  auto const tls_config = find(options, "tls_config");
  if (kind == "grpc" && tls_config && !is_set(options, "tls", false)) {
    tls_config->fail("expected `tls: true` beside `tls_config`");
  }
  if (kind == "dns" && tls_config && !is_set(options, "dns_over_tls", false)) {
    tls_config->fail("expected `dns_over_tls: true` beside `tls_config`");
  }
}

std::string why_never_good(const ModuleWithOptions& module, const TargetSpec& target) {
  if (module.module.kind != "http" || !module.options || !module.options->is_mapping()) return "";
  auto const& options = *module.options;
  bool const https = target.address.starts_with("https://");
  if (https && is_set(options, "fail_if_ssl", false)) {
    return "expected an http:// target, `fail_if_ssl` makes every https:// one fail";
  }
  // With redirects an http:// target may well end on https://.
  bool const follows =
      is_set(options, "follow_redirects", true) && !is_set(options, "no_follow_redirects", false);
  if (!https && !follows && is_set(options, "fail_if_not_ssl", false)) {
    return "expected an https:// target, `fail_if_not_ssl` without redirects makes every http:// one fail";
  }
  return "";
}

}  // namespace fleet::probers
