#include "probers/http/http_module.hpp"

#include <algorithm>

#include "core/config/byte_size.hpp"
#include "core/http/ascii_case.hpp"
#include "probers/connection_options.hpp"
#include "probers/http/header_options.hpp"
#include "probers/http/http_probe.hpp"
#include "probers/http/redirection.hpp"
#include "probers/module_options.hpp"

namespace fleet::probers {

namespace {

using config::Mapping;
using config::Value;

constexpr std::string_view own_keys[] = {"valid_status_codes",
                                         "valid_http_versions",
                                         "method",
                                         "headers",
                                         "http_headers",
                                         "body",
                                         "body_file",
                                         "body_size_limit",
                                         "compression",
                                         "follow_redirects",
                                         "no_follow_redirects",
                                         "fail_if_ssl",
                                         "fail_if_not_ssl",
                                         "fail_if_body_matches_regexp",
                                         "fail_if_body_not_matches_regexp",
                                         "fail_if_header_matches",
                                         "fail_if_header_not_matches",
                                         "fail_if_body_json_matches_cel",
                                         "fail_if_body_json_not_matches_cel",
                                         "enable_http2",
                                         "enable_http3",
                                         "skip_resolve_phase_with_proxy",
                                         "tls_config"};

/// Absent, or written without a value ("headers:").
std::optional<Value> given(const Mapping& module, std::string_view key) {
  auto value = module.optional(key);
  if (value && value->is_null()) value.reset();
  return value;
}

void read_request(const Mapping& module, const ReadContext& context, HttpOptions& options) {
  if (auto const method = given(module, "method"); method && !method->text().empty()) {
    options.method = method->text();
    if (options.method == "CONNECT") method->fail("expected another method, CONNECT is for proxies");
    if (!is_http_token(options.method))
      method->fail("expected an HTTP method like GET, got `" + options.method + "`");
  }
  auto const body = given(module, "body"), file = given(module, "body_file");
  if (body && file) file->fail("expected either `body` or `body_file`");
  if (body) options.body = body->text();
  if (file) options.body_file = std::make_shared<WatchedFile>(*file, WatchedFile::Kind::body);
  bool const odd = options.method == "GET" || options.method == "HEAD";
  if ((body || file) && odd && !context.blackbox_defaults)
    (body ? body : file)
        ->fail("expected `method: POST` or another that takes a body, " + options.method + " has none");
}

std::string read_version(const Value& value) {
  auto const text = value.text();
  for (auto const& [written, version] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"HTTP/1.0", "1.0"}, {"HTTP/1.1", "1.1"}, {"HTTP/2", "2.0"}, {"HTTP/2.0", "2.0"}})
    if (text == written) return std::string(version);
  value.fail("expected HTTP/1.0, HTTP/1.1 or HTTP/2.0, got `" + text + "`");
}

void read_status(const Mapping& module, const ReadContext& context, HttpOptions& options) {
  auto& codes = options.expected.valid_status_codes;
  auto const valid = given(module, "valid_status_codes");
  if (valid)
    for (auto const& code : valid->list_or_empty()) codes.push_back(static_cast<int>(code.integer(100, 599)));
  if (auto const versions = given(module, "valid_http_versions"))
    for (auto const& version : versions->list_or_empty())
      options.expected.valid_http_versions.push_back(read_version(version));
  options.follow_redirects = module.boolean_or("follow_redirects", true);
  if (auto const no = given(module, "no_follow_redirects")) {
    if (given(module, "follow_redirects"))
      no->fail("expected either `follow_redirects` or `no_follow_redirects`");
    options.follow_redirects = !no->boolean();
  }
  bool const never = options.follow_redirects && !codes.empty() && std::ranges::all_of(codes, is_redirect);
  if (never && !context.blackbox_defaults)
    valid->fail(
        "expected `follow_redirects: false` where every valid status is a redirect, for these are followed");
}

std::vector<Regex> read_regexes(const Mapping& module, std::string_view key) {
  std::vector<Regex> regexes;
  if (auto const list = given(module, key))
    for (auto const& regex : list->list_or_empty()) regexes.push_back(regex.regex());
  return regexes;
}

std::vector<HeaderExpectation> read_header_expectations(const Mapping& module, std::string_view key) {
  std::vector<HeaderExpectation> expectations;
  auto const list = given(module, key);
  if (!list) return expectations;
  for (auto const& entry : list->list_or_empty()) {
    auto const mapping = entry.mapping({"header", "regexp", "allow_missing"});
    HeaderExpectation expectation;
    auto const header = mapping.required("header");
    expectation.header = header.text();
    if (!is_http_token(expectation.header))
      header.fail("expected a header name, got `" + expectation.header + "`");
    auto const regexp = mapping.required("regexp");
    if (regexp.text().empty()) regexp.fail("expected a regular expression, it is empty");
    expectation.regex = regexp.regex();
    expectation.allow_missing = mapping.boolean_or("allow_missing", false);
    expectations.push_back(std::move(expectation));
  }
  return expectations;
}

std::shared_ptr<const cel::Program> read_cel(const Mapping& module, std::string_view key) {
  auto const value = given(module, key);
  if (!value) return nullptr;
  try {
    return std::make_shared<const cel::Program>(value->verbatim());
  } catch (const cel::SyntaxError& error) {
    value->fail("at character " + std::to_string(error.offset + 1) + " of the expression: " + error.what());
  }
}

void read_expectations(const Mapping& module, HttpOptions& options) {
  auto& expected = options.expected;
  expected.fail_if_ssl = module.boolean_or("fail_if_ssl", false);
  expected.fail_if_not_ssl = module.boolean_or("fail_if_not_ssl", false);
  if (expected.fail_if_ssl && expected.fail_if_not_ssl)
    module.required("fail_if_not_ssl")
        .fail("expected one of `fail_if_ssl` and `fail_if_not_ssl`: together they fail always");
  expected.fail_if_body_matches = read_regexes(module, "fail_if_body_matches_regexp");
  expected.fail_if_body_not_matches = read_regexes(module, "fail_if_body_not_matches_regexp");
  expected.fail_if_header_matches = read_header_expectations(module, "fail_if_header_matches");
  expected.fail_if_header_not_matches = read_header_expectations(module, "fail_if_header_not_matches");
  expected.fail_if_json_matches = read_cel(module, "fail_if_body_json_matches_cel");
  expected.fail_if_json_not_matches = read_cel(module, "fail_if_body_json_not_matches_cel");
}

void read_body_handling(const Mapping& module, const ReadContext& context, HttpOptions& options) {
  if (auto const limit = given(module, "body_size_limit")) {
    auto const bytes = config::read_byte_size(*limit);
    if (bytes > 0) options.body_size_limit = bytes;
    if (bytes == 0 && !context.blackbox_defaults) limit->fail("expected a size of at least one byte");
  }
  auto const compression = given(module, "compression");
  bool const chosen = compression && !compression->text().empty();
  auto const name = chosen ? compression->one_of({"gzip", "deflate", "br", "identity"}) : std::string();
  options.headers = read_headers(module, name);
  if (!chosen) return;
  options.compression = name == "gzip"      ? http::Compression::gzip
                        : name == "deflate" ? http::Compression::deflate
                        : name == "br"      ? http::Compression::br
                                            : http::Compression::identity;
  bool const asked = std::ranges::any_of(options.headers, [](auto const& header) {
    return http::equal_ignoring_case(header.first, "Accept-Encoding");
  });
  // A module asks for nothing by itself, as in blackbox_exporter.
  if (!asked && !context.blackbox_defaults)
    options.headers.emplace_back("Accept-Encoding", SecretSource(config::Secret(name)));
}

/// What no answer could satisfy.
void refuse_impossible(const Mapping& module, const HttpOptions& options) {
  auto const refuse = [&](const char* key, const char* why) { module.required(key).fail(why); };
  if (options.method == "HEAD") {
    constexpr auto* kWhy = "expected no `method: HEAD` beside it, its answers have no body";
    if (options.compression.value_or(http::Compression::identity) != http::Compression::identity)
      refuse("compression", kWhy);
    for (auto const& regex : options.expected.fail_if_body_not_matches)
      if (!re2::RE2::PartialMatch("", *regex)) refuse("fail_if_body_not_matches_regexp", kWhy);
    for (auto const* const key : {"fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"})
      if (given(module, key)) refuse(key, kWhy);
  }
  auto const& versions = options.expected.valid_http_versions;
  bool const only_2 =
      !versions.empty() && std::ranges::all_of(versions, [](auto const& one) { return one == "2.0"; });
  if (only_2 && options.client.http2 == http::Http2::off)
    refuse("valid_http_versions", "expected HTTP/1.1 among them, or `enable_http2: true`");
}

class HttpModule : public Module {
 public:
  explicit HttpModule(HttpOptions options) : setup_(std::make_shared<HttpSetup>(std::move(options))) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    bool const has_scheme = target.address.find("://") != std::string::npos;
    auto url = http::Url::parse(has_scheme ? target.address : "http://" + target.address);
    if (!url) throw BadTarget("expected a URL without credentials, like http://host:8080/healthz");
    if (target.hostname.find_first_of(std::string_view(" \t\r\n\0", 5)) != std::string::npos)
      throw BadTarget("expected a host name without blanks");
    for (auto const& [name, value] : setup_->options().headers)
      if (!target.hostname.empty() && http::equal_ignoring_case(name, "Host") &&
          value.reveal() != target.hostname)
        throw BadTarget("expected no host name, the module has a Host header already");
    return std::make_shared<HttpProbe>(setup_, std::move(*url), target.hostname);
  }

 private:
  std::shared_ptr<HttpSetup> setup_;
};

}  // namespace

HttpOptions read_http_options(const std::optional<Value>& given_options, const ReadContext& context) {
  std::vector<std::string_view> keys(std::begin(own_keys), std::end(own_keys));
  keys.insert(keys.end(), credential_keys.begin(), credential_keys.end());
  keys.insert(keys.end(), proxy_keys.begin(), proxy_keys.end());
  keys.insert(keys.end(), dial_keys.begin(), dial_keys.end());
  auto const module = given_or_empty(given_options).mapping(keys);
  HttpOptions options;
  read_request(module, context, options);
  read_status(module, context, options);
  read_expectations(module, options);
  read_body_handling(module, context, options);
  options.credentials = read_credentials(module);
  options.proxies = read_proxy_choice(module);
  options.skip_resolve_phase_with_proxy = module.boolean_or("skip_resolve_phase_with_proxy", false);
  options.client.tls = read_tls(module);
  options.client.dial = read_dial(module, context);
  options.client.http2 = module.boolean_or("enable_http2", true) ? http::Http2::offer : http::Http2::off;
  if (auto const quic = module.optional("enable_http3"); quic && quic->boolean())
    quic->fail("expected false, HTTP/3 is not spoken here");
  refuse_impossible(module, options);
  return options;
}

std::shared_ptr<const Module> read_http(const std::optional<Value>& given_options, const Value&,
                                        const ReadContext& context) {
  return std::make_shared<HttpModule>(read_http_options(given_options, context));
}

}  // namespace fleet::probers
