#include "probers/slo_prober/discovery_reading.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/config/secret.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;

constexpr auto shortest_refresh = 1s;

std::string read_pattern(const Value& value) {
  auto const path = value.path();
  auto const slash = path.rfind('/');
  auto const folder = slash == path.npos ? std::string() : path.substr(0, slash);
  if (folder.find_first_of("*?[") != folder.npos) {
    value.fail("expected a pattern only after the last slash");
  }
  static constexpr std::array<std::string_view, 3> endings{".json", ".yml", ".yaml"};
  for (auto const ending : endings)
    if (path.ends_with(ending)) return path;
  value.fail("expected the name of a .json, .yml or .yaml file");
}

FileDiscovery read_files(const Value& value) {
  auto const mapping = value.mapping({"files", "refresh_interval"});
  FileDiscovery source;
  for (auto const& file : mapping.required("files").list()) source.files.push_back(read_pattern(file));
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  return source;
}

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  int const length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

config::Secret required_secret(const Mapping& mapping, std::string_view key) {
  auto secret = config::read_secret(mapping, key);
  if (secret.empty()) {
    mapping.self().fail("missing key `" + std::string(key) + "` or `" + std::string(key) + "_file`");
  }
  return secret;
}

/// The Authorization header, "" if none is asked for.
config::Secret read_authorization(const Mapping& mapping) {
  auto const basic = mapping.optional("basic_auth"), bearer = mapping.optional("authorization");
  if (basic && bearer) bearer->fail("expected either `basic_auth` or `authorization`");
  if (basic) {
    auto const keys = basic->mapping({"username", "password", "password_file"});
    auto const username = keys.required("username").non_empty_text();
    if (username.find(':') != username.npos)
      keys.required("username").fail("expected a user name without a colon");
    return config::Secret("Basic " + base64(username + ":" + required_secret(keys, "password").reveal()));
  }
  if (!bearer) return {};
  auto const keys = bearer->mapping({"type", "credentials", "credentials_file"});
  return config::Secret(keys.text_or("type", "Bearer") + " " + required_secret(keys, "credentials").reveal());
}

HttpDiscovery read_http(const Value& value) {
  auto const mapping = value.mapping({"url", "refresh_interval", "basic_auth", "authorization", "tls_config"});
  auto const url_value = mapping.required("url");
  auto url = http::Url::parse(url_value.http_url());
  if (!url) url_value.fail("expected a URL without credentials, like http://host:8080/targets");
  HttpDiscovery source;
  source.url = std::move(*url);
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  source.client.tls = probers::read_tls(mapping);
  auto authorization = read_authorization(mapping);
  if (authorization.reveal().find_first_of("\r\n") != std::string::npos) {
    value.fail("expected credentials without line breaks");
  }
  if (!authorization.empty()) source.headers.emplace_back("Authorization", std::move(authorization));
  return source;
}

SrvDiscovery read_srv(const Value& value) {
  auto const mapping = value.mapping({"names", "type", "refresh_interval"});
  if (auto const type = mapping.optional("type")) type->one_of({"SRV"});
  SrvDiscovery source;
  for (auto const& name : mapping.required("names").list()) source.names.push_back(name.non_empty_text());
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  return source;
}

template <class Source>
void read_all(const Mapping& probe, std::string_view key, Source (*read)(const Value&),
              std::vector<Source>& into) {
  if (auto const list = probe.optional(key)) {
    for (auto const& entry : list->list()) into.push_back(read(entry));
  }
}

}  // namespace

Discoveries read_discoveries(const Mapping& probe) {
  Discoveries sources;
  read_all(probe, "file_sd_configs", read_files, sources.files);
  read_all(probe, "http_sd_configs", read_http, sources.http);
  read_all(probe, "dns_sd_configs", read_srv, sources.srv);
  return sources;
}

}  // namespace fleet::probers
