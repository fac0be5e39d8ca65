#include "probers/http/http_module.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/config/byte_size.hpp"
#include "probers/http/header_options.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;

namespace {

HttpOptions read(const std::string& yaml, const std::string& name = "f.yml") {
  ReadContext context;
  context.blackbox_defaults = true;
  return read_http_options(config::Document::parse(yaml, name).root(), context);
}

std::string error_of(const std::string& yaml) {
  try {
    read(yaml);
    return "none";
  } catch (const config::Error& error) {
    return error.what();
  }
}

std::string refusal(const std::string& address, const std::string& hostname = "",
                    const std::string& yaml = "{}") {
  auto const value = config::Document::parse(yaml, "f.yml").root();
  try {
    read_http(value, value, {})->probe({address, hostname});
    return "none";
  } catch (const BadTarget& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("http options: what is meant when nothing is said") {
  auto const options = read("{}");
  CHECK(options.method == "GET");
  CHECK(options.follow_redirects);
  CHECK(options.client.http2 == http::Http2::offer);
  CHECK(options.client.dial.address.preferred == net::IpProtocol::ip6);
  CHECK_FALSE(options.client.dial.address.all);
  CHECK_FALSE(options.body_size_limit);
  CHECK_FALSE(options.compression);
  CHECK(options.credentials.empty());
  CHECK_FALSE(options.proxies.any());
}

TEST_CASE("http options: as blackbox_exporter spells them") {
  auto const options = read(R"(
method: post
headers: {Host: vhost, Accept-Language: en-AU, Accept-Encoding: 'br;q=0.5, gzip', Content-Length: 7}
http_headers: {X-Token: {values: [a], secrets: [b]}}
body: '{}'
body_size_limit: 5MB
compression: gzip
valid_status_codes: [200, 404]
valid_http_versions: [HTTP/1.1, HTTP/2.0]
no_follow_redirects: true
fail_if_ssl: false
fail_if_not_ssl: true
fail_if_body_matches_regexp: [a, b]
fail_if_body_not_matches_regexp:
fail_if_header_matches: [{header: Set-Cookie, regexp: '.*', allow_missing: true}]
fail_if_header_not_matches: [{header: Origin, regexp: x}]
fail_if_body_json_matches_cel: body.failed
tls_config: {server_name: name, insecure_skip_verify: true}
preferred_ip_protocol: ip4
ip_protocol_fallback: false
enable_http2: false
skip_resolve_phase_with_proxy: true
proxy_url: http://proxy:3128
basic_auth: {username: u, password: p}
)");
  CHECK(options.method == "post");
  REQUIRE(options.headers.size() == 5);
  CHECK(options.headers[0].second.reveal() == "vhost");
  CHECK(options.headers[4].first == "X-Token");
  CHECK(options.headers[4].second.reveal() == "b");
  CHECK(options.body_size_limit == 5u * 1024 * 1024);
  CHECK(options.compression == http::Compression::gzip);
  CHECK(options.expected.valid_http_versions == std::vector<std::string>{"1.1", "2.0"});
  CHECK_FALSE(options.follow_redirects);
  CHECK(options.expected.fail_if_not_ssl);
  CHECK(options.expected.fail_if_body_matches.size() == 2);
  CHECK(options.expected.fail_if_body_not_matches.empty());
  CHECK(options.expected.fail_if_header_matches.at(0).allow_missing);
  CHECK(options.expected.fail_if_json_matches->text() == "body.failed");
  CHECK(options.client.tls.server_name == "name");
  CHECK(options.client.http2 == http::Http2::off);
  CHECK_FALSE(options.client.dial.address.fallback);
  CHECK(options.skip_resolve_phase_with_proxy);
  CHECK(options.proxies.any());
  CHECK_FALSE(options.credentials.empty());
}

TEST_CASE("http options: mistakes and their places") {
  CHECK(error_of("method: GE T") == "f.yml:1:9: expected an HTTP method like GET, got `GE T`");
  CHECK(error_of("method: CONNECT") == "f.yml:1:9: expected another method, CONNECT is for proxies");
  CHECK(error_of("headers: {X Y: z}") == "f.yml:1:11: expected the name of a header");
  CHECK(error_of("headers: {X: \"a\\nb\"}") == "f.yml:1:14: expected a header value without line breaks");
  CHECK(error_of("headers: {X: a, x: b}") == "f.yml:1:17: expected each header once, `x` is there already");
  CHECK(error_of("http_headers: {Host: {values: [a]}}") ==
        "f.yml:1:16: expected a header that no other option sets: `Host` is one of them");
  CHECK(error_of("{compression: gzip, headers: {Accept-Encoding: 'br, gzip;q=0'}}") ==
        "f.yml:1:48: expected an Accept-Encoding that allows `compression: gzip`");
  CHECK(error_of("valid_status_codes: [99999]") ==
        "f.yml:1:22: expected an integer from 100 to 599, got `99999`");
  CHECK(error_of("valid_http_versions: [HTTP/4]") ==
        "f.yml:1:23: expected HTTP/1.0, HTTP/1.1 or HTTP/2.0, got `HTTP/4`");
  CHECK(error_of("{valid_http_versions: [HTTP/2.0], enable_http2: false}") ==
        "f.yml:1:23: expected HTTP/1.1 among them, or `enable_http2: true`");
  CHECK(error_of("{fail_if_ssl: true, fail_if_not_ssl: true}") ==
        "f.yml:1:38: expected one of `fail_if_ssl` and `fail_if_not_ssl`: together they fail always");
  CHECK(error_of("{body: a, body_file: b}") == "f.yml:1:22: expected either `body` or `body_file`");
  CHECK(error_of("body_file: /nowhere") ==
        "f.yml:1:12: expected a readable file, got `/nowhere`: No such file or directory");
  CHECK(error_of("body_size_limit: 1XB") ==
        "f.yml:1:18: expected a size like 4194304, 512KB or 5MB, got `1XB`");
  CHECK(error_of("fail_if_header_matches: [{header: X}]") == "f.yml:1:26: missing key `regexp`");
  CHECK(error_of("fail_if_header_matches: [{header: X, regexp: ''}]") ==
        "f.yml:1:46: expected a regular expression, it is empty");
  CHECK(error_of("fail_if_body_json_matches_cel: body.a + 1 == 2") ==
        "f.yml:1:32: at character 8 of the expression: expected the end, or one of == != < <= > >= in && ||");
  CHECK(error_of("{method: HEAD, compression: gzip}") ==
        "f.yml:1:29: expected no `method: HEAD` beside it, its answers have no body");
  CHECK(error_of("{method: HEAD, fail_if_body_not_matches_regexp: [a]}") ==
        "f.yml:1:49: expected no `method: HEAD` beside it, its answers have no body");
  CHECK(error_of("enable_http3: true") == "f.yml:1:15: expected false, HTTP/3 is not spoken here");
  CHECK(error_of("{bearer_token: a, basic_auth: {username: u}}") ==
        "f.yml:1:16: expected at most one kind of credentials: there is `basic_auth` already");
  CHECK(error_of("basic_auth: {username: u, password: a, password_file: b}") ==
        "f.yml:1:55: expected either `password` or `password_file`, got both");
  CHECK(error_of("basic_auth: {password: a}") == "f.yml:1:13: expected `username` or `username_file`");
  CHECK(error_of("authorization: {type: Basic, credentials: x}") ==
        "f.yml:1:23: expected `basic_auth` for the type Basic");
  CHECK(error_of("authorization: {}") == "f.yml:1:16: expected `credentials` or `credentials_file`");
  CHECK(error_of("oauth2: {client_id: a, client_secret: b}") == "f.yml:1:9: missing key `token_url`");
  CHECK_THAT(error_of("valid_status_code: [200]"), Catch::Matchers::Contains("valid_status_codes"));
}

TEST_CASE("http options: what is odd is refused to a probe's own options only") {
  for (auto const* const yaml : {"valid_status_codes: [301, 302]", "body: x", "body_size_limit: 0"}) {
    INFO(yaml);
    CHECK(error_of(yaml) == "none");
    CHECK_THROWS_AS(read_http_options(config::Document::parse(yaml, "f.yml").root(), {}), config::Error);
  }
  auto const names = [](const HttpOptions& options) {
    return options.headers.empty() ? "" : options.headers[0].first;
  };
  auto const zipped = config::Document::parse("compression: gzip", "f.yml").root();
  CHECK(names(read_http_options(zipped, {})) == "Accept-Encoding");
  CHECK(names(read("compression: gzip")).empty());
}

TEST_CASE("http targets") {
  CHECK(refusal("http://h:8080/x") == "none");
  CHECK(refusal("https://h/") == "none");
  CHECK(refusal("h") == "none");
  CHECK(refusal("h:8080/x?y") == "none");
  CHECK(refusal("[::1]:80") == "none");
  CHECK(refusal("http://user:secret@h/") ==
        "expected a URL without credentials, like http://host:8080/healthz");
  CHECK(refusal("http://h:99999/") != "none");
  CHECK(refusal("") != "none");
  CHECK(refusal("ftp://h/") != "none");
  CHECK(refusal("h", "name") == "none");
  CHECK(refusal("h", "a\r\nb") == "expected a host name without blanks");
  CHECK(refusal("h", "other", "headers: {host: name}") ==
        "expected no host name, the module has a Host header already");
  CHECK(refusal("h", "name", "headers: {host: name}") == "none");
}

TEST_CASE("sizes") {
  CHECK(config::parse_byte_size("300") == 300u);
  CHECK(config::parse_byte_size("5B") == 5u);
  CHECK(config::parse_byte_size("5KB") == 5u * 1024);
  CHECK(config::parse_byte_size("5KiB") == 5u * 1024);
  CHECK(config::parse_byte_size("1.5MB") == 1536u * 1024);
  CHECK(config::parse_byte_size("1MB512KB") == 1536u * 1024);
  CHECK(config::parse_byte_size("2GB") == 2048u * 1024 * 1024);
  CHECK(config::parse_byte_size("0") == 0u);
  for (auto const* const text :
       {"", "MB", "-1", "5 MB", "5M", "5mb", "1e3", "1.2.3B", "9999999EB", "5MBx", "1.5"}) {
    INFO(text);
    CHECK_FALSE(config::parse_byte_size(text));
  }
}

TEST_CASE("what an Accept-Encoding allows") {
  CHECK(accepts_encoding("", "gzip"));
  CHECK(accepts_encoding("br", ""));
  CHECK(accepts_encoding("br, gzip", "gzip"));
  CHECK(accepts_encoding("br;q=1.0, gzip;q=0.8", "gzip"));
  CHECK(accepts_encoding("*", "gzip"));
  CHECK_FALSE(accepts_encoding("*;q=0", "gzip"));
  CHECK(accepts_encoding("*;q=0, gzip", "gzip"));
  CHECK_FALSE(accepts_encoding("br, identity", "gzip"));
  CHECK_FALSE(accepts_encoding("gzip;q=0", "gzip"));
  CHECK_FALSE(accepts_encoding("gzip;q=x", "gzip"));
}

TEST_CASE("a secret in a file is the one that is there now") {
  testing::TemporaryDirectory const directory;
  auto const path = directory.path() / "password";
  std::ofstream(path) << "first\n";
  auto const value = config::Document::parse("password_file: " + path.string(), "f.yml").root();
  auto const mapping = value.mapping({"password", "password_file"});
  auto const source = read_secret_source(mapping, "password");
  CHECK(source.reveal() == "first");
  std::ofstream(path) << "the second\n";
  CHECK(source.reveal() == "the second");
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(source.reveal(), "cannot read " + path.string() + ": No such file or directory");
  std::ofstream(path) << "\n";
  CHECK_THROWS_WITH(source.reveal(), "cannot read " + path.string() + ": it is empty");
}
