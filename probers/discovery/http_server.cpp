#include "probers/discovery/http_server.hpp"

#include "core/config/secret.hpp"
#include "core/http/base64.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

using config::Mapping;

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
    return config::Secret("Basic " + http::base64(username + ":" + required_secret(keys, "password").reveal()));
  }
  if (!bearer) return {};
  auto const keys = bearer->mapping({"type", "credentials", "credentials_file"});
  return config::Secret(keys.text_or("type", "Bearer") + " " + required_secret(keys, "credentials").reveal());
}

}  // namespace

HttpServer read_http_server(const Mapping& mapping) {
  auto const url_value = mapping.required("url");
  auto url = http::Url::parse(url_value.http_url());
  if (!url) url_value.fail("expected a URL without credentials, like http://host:8080/targets");
  HttpServer server;
  server.url = std::move(*url);
  server.client.tls = read_tls(mapping);
  auto authorization = read_authorization(mapping);
  if (authorization.reveal().find_first_of("\r\n") != std::string::npos) {
    mapping.self().fail("expected credentials without line breaks");
  }
  if (!authorization.empty()) server.headers.emplace_back("Authorization", std::move(authorization));
  return server;
}

}  // namespace fleet::probers
