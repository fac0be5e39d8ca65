#include "core/web/web_config.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "core/config/file_text.hpp"
#include "core/web/passwords.hpp"

namespace fleet::web {
namespace {

using config::Mapping;
using config::Value;

constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

struct Name {
  std::string_view theirs, openssl;
};
// crypto/tls' suites of TLS 1.2 and before, those that it calls insecure left out, but for the plain RSA ones
// that it has called so only lately.
constexpr auto ciphers = std::to_array<Name>({
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
});
// Of TLS 1.3, which are not a matter of choice there.
constexpr auto ciphers_of_tls13 = std::to_array<std::string_view>(
    {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"});
constexpr auto curves = std::to_array<Name>(
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}});

template <std::size_t N>
const Name* find(const std::array<Name, N>& names, std::string_view theirs) {
  auto const found = std::ranges::find(names, theirs, &Name::theirs);
  return found == names.end() ? nullptr : &*found;
}

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

/// The value of `key`. One without a value counts as absent: so does exporter-toolkit, and templates make such.
std::optional<Value> given(const Mapping& map, std::string_view key) {
  auto value = map.optional(key);
  if (value && value->is_null()) value.reset();
  return value;
}

int tls_version(const Mapping& map, std::string_view key, int fallback) {
  auto const value = given(map, key);
  if (!value) return fallback;
  auto const name = value->one_of({"TLS10", "TLS11", "TLS12", "TLS13"});
  return name == "TLS13"   ? TLS1_3_VERSION
         : name == "TLS12" ? TLS1_2_VERSION
         : name == "TLS11" ? TLS1_1_VERSION
                           : TLS1_VERSION;
}

std::optional<std::string> cipher_list(const Mapping& map, bool http2, int min_version) {
  auto const suites = given(map, "cipher_suites");
  auto const wanted = suites ? suites->list_or_empty() : std::vector<Value>();
  if (wanted.empty()) return std::nullopt;
  std::string list;
  bool required = false;
  for (auto const& suite : wanted) {
    auto const name = suite.text();
    required = required || name == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" ||
               name == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    if (std::ranges::find(ciphers_of_tls13, name) != ciphers_of_tls13.end()) continue;
    auto const* const known = find(ciphers, name);
    if (!known) suite.fail("expected one of crypto/tls' cipher suites, got unknown cipher `" + name + "`");
    append(list, known->openssl);
  }
  if (http2 && !required && min_version < TLS1_3_VERSION) {
    suites->fail(
        "expected a cipher suite that HTTP/2 requires, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, or `http2: false`");
  }
  return list;
}

std::string group_list(const Mapping& map) {
  std::string list;
  auto const preferences = given(map, "curve_preferences");
  if (!preferences) return list;
  for (auto const& preference : preferences->list_or_empty()) {
    auto const name = preference.text();
    auto const* const known = find(curves, name);
    if (!known)
      preference.fail("expected CurveP256, CurveP384, CurveP521 or X25519, got unknown curve `" + name + "`");
    append(list, known->openssl);
  }
  return list;
}

/// `key` holds the PEM text, `key`_file the name of a file.
net::Pem read_pem(const Mapping& map, const std::string& key) {
  auto const text = given(map, key), file = given(map, key + "_file");
  if (text && file) file->fail("expected either `" + key + "` or `" + key + "_file`, got both");
  net::Pem pem;
  if (text) pem.text = text->text();
  if (file && !file->text().empty()) pem.file = file->path();
  return pem;
}

ClientCertificate client_certificate(const Mapping& map) {
  auto const value = given(map, "client_auth_type");
  if (!value || (value->is_scalar() && value->text().empty())) return ClientCertificate::none;
  auto const name =
      value->one_of({"NoClientCert", "RequestClientCert", "RequireAnyClientCert", "RequireClientCert",
                     "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"});
  if (name == "RequestClientCert") return ClientCertificate::request;
  if (name == "RequireAnyClientCert" || name == "RequireClientCert") return ClientCertificate::require_any;
  if (name == "VerifyClientCertIfGiven") return ClientCertificate::verify_if_given;
  return name == "NoClientCert" ? ClientCertificate::none : ClientCertificate::require_and_verify;
}

std::string place_of(const Mapping& map, std::initializer_list<std::string_view> keys) {
  for (auto const key : keys) {
    if (auto const value = given(map, key)) return value->place();
  }
  return map.self().place();
}

void read_clients(const Mapping& map, TlsServerConfig& tls) {
  tls.client_certificate = client_certificate(map);
  tls.client_authorities = read_pem(map, "client_ca");
  tls.client_place = place_of(map, {"client_ca_file", "client_ca", "client_auth_type"});
  if (!tls.client_authorities.empty() && tls.client_certificate == ClientCertificate::none) {
    throw config::Error(tls.client_place +
                        ": client CA's have been configured without a Client Auth Policy: expected "
                        "`client_auth_type` beside them");
  }
  auto const sans = given(map, "client_allowed_sans");
  if (!sans) return;
  if (tls.client_certificate != ClientCertificate::require_any &&
      tls.client_certificate != ClientCertificate::require_and_verify) {
    sans->fail("expected `client_auth_type` RequireAnyClientCert or RequireAndVerifyClientCert beside it");
  }
  tls.client_allowed_sans.emplace();
  for (auto const& name : sans->list_or_empty()) tls.client_allowed_sans->push_back(name.non_empty_text());
}

std::optional<TlsServerConfig> read_tls(const Mapping& root, bool http2) {
  auto const value = given(root, "tls_server_config");
  if (!value || (value->is_mapping() && value->entries().empty())) return std::nullopt;
  auto const map =
      value->mapping({"cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file", "client_auth_type",
                      "client_allowed_sans", "cipher_suites", "curve_preferences", "min_version", "max_version",
                      "prefer_server_cipher_suites"});
  TlsServerConfig tls;
  tls.certificate = read_pem(map, "cert");
  tls.key = read_pem(map, "key");
  if (tls.certificate.empty()) value->fail("missing one of cert or cert_file");
  if (tls.key.empty()) value->fail("missing one of key or key_file");
  tls.certificate_place = place_of(map, {"cert_file", "cert"});
  tls.min_version = tls_version(map, "min_version", TLS1_2_VERSION);
  tls.max_version = tls_version(map, "max_version", TLS1_3_VERSION);
  if (tls.min_version > tls.max_version)
    throw config::Error(place_of(map, {"min_version", "max_version"}) +
                        ": expected a min_version that is not above max_version");
  tls.cipher_list = cipher_list(map, http2, tls.min_version);
  tls.groups = group_list(map);
  tls.prefer_server_ciphers = map.boolean_or("prefer_server_cipher_suites", true);
  read_clients(map, tls);
  return tls;
}

void check_header(const Value& name, const Value& value) {
  auto const key = name.text();
  auto const text = value.text();
  if (text.find_first_of("\r\n") != std::string::npos) value.fail("expected one line");
  if (key == "X-Content-Type-Options") {
    if (text != "nosniff") value.fail("invalid value for X-Content-Type-Options, expected nosniff");
  } else if (key == "X-Frame-Options") {
    if (text != "deny" && text != "sameorigin")
      value.fail("invalid value for X-Frame-Options, expected deny or sameorigin");
  } else if (key != "Strict-Transport-Security" && key != "X-XSS-Protection" &&
             key != "Content-Security-Policy") {
    name.fail("HTTP header \"" + key +
              "\" can not be configured: expected Content-Security-Policy, Strict-Transport-Security, "
              "X-Content-Type-Options, X-Frame-Options or X-XSS-Protection");
  }
}

bool read_http(const Mapping& root, WebConfig& out) {
  auto const value = given(root, "http_server_config");
  if (!value) return true;
  auto const map = value->mapping({"http2", "headers"});
  if (auto const headers = given(map, "headers")) {
    for (auto const& [name, text] : headers->entries()) {
      check_header(name, text);
      out.headers.emplace_back(name.text(), text.text());
    }
  }
  return map.boolean_or("http2", true);
}

void read_users(const Mapping& root, WebConfig& out) {
  if (auto const users = given(root, "basic_auth_users")) {
    for (auto const& [name, hash] : users->entries()) {
      auto text = hash.verbatim();
      if (!is_bcrypt(text))
        hash.fail("expected a bcrypt hash ($2y$10$... as `htpasswd -nBC 10 NAME` makes it)");
      out.users.emplace(name.text(), config::Secret(std::move(text)));
    }
  }
  auto const paths = given(root, "auth_excluded_paths");
  if (!paths) return;
  for (auto const& path : paths->list_or_empty()) {
    auto text = path.non_empty_text();
    if (text[0] != '/') path.fail("expected a path such as /-/healthy");
    out.auth_excluded_paths.push_back(std::move(text));
  }
}

std::optional<RateLimit> read_rate_limit(const Mapping& root) {
  using std::chrono::milliseconds;
  auto const value = given(root, "rate_limit");
  if (!value) return std::nullopt;
  auto const map = value->mapping({"interval", "burst"});
  auto const interval = map.duration_or("interval", milliseconds(0), milliseconds(0));
  auto const burst = map.integer_or("burst", 0, 0, std::numeric_limits<std::int32_t>::max());
  if (interval == milliseconds(0)) return std::nullopt;
  return RateLimit{interval, static_cast<unsigned>(burst)};
}

bool holds_nothing(std::string_view text) {
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    auto const first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#' && line.substr(first) != "---") return false;
  }
  return true;
}

}  // namespace

WebConfig read_web_config(const std::string& file) {
  std::string text;
  auto const problem = config::read_file(file, max_file_bytes, text);
  if (problem) throw config::Error(file + ": " + *problem);
  WebConfig out;
  if (holds_nothing(text)) return out;
  auto const document = config::Document::parse(std::move(text), file);
  if (document.root().is_null()) return out;
  auto const root = document.root().mapping(
      {"tls_server_config", "http_server_config", "basic_auth_users", "auth_excluded_paths", "rate_limit"});
  bool const http2 = read_http(root, out);
  out.tls = read_tls(root, http2);
  read_users(root, out);
  out.rate_limit = read_rate_limit(root);
  return out;
}

}  // namespace fleet::web
