#include "exporters/compliance/http_server.hpp"

#include <utility>

#include "core/http/base64.hpp"

namespace fleet::exporters::compliance {

std::vector<std::string_view> http_server_keys(std::initializer_list<std::string_view> further) {
  std::vector<std::string_view> keys{"url",          "timeout",           "ca_file",  "cert_file",
                                     "key_file",     "username",          "password", "password_file",
                                     "bearer_token", "bearer_token_file", "api_key",  "api_key_file"};
  keys.insert(keys.end(), further);
  return keys;
}

http::Request HttpServer::request(const std::string& path) const {
  http::Request request;
  request.url = url;
  if (request.url.target.ends_with('/')) request.url.target.pop_back();
  request.url.target += path;
  request.headers.emplace_back("Accept", "application/json");
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization.reveal());
  return request;
}

HttpServer read_http_server(const config::Mapping& mapping) {
  HttpServer server;
  auto const url = mapping.required("url");
  auto parsed = http::Url::parse(url.http_url());
  if (!parsed || parsed->target.find('?') != std::string::npos)
    url.fail("expected an http:// or https:// URL without credentials and query");
  server.url = std::move(*parsed);
  server.timeout = mapping.duration_or("timeout", server.timeout, std::chrono::milliseconds(1));
  if (auto const file = mapping.optional("ca_file")) server.tls.ca_file = file->path();
  if (auto const file = mapping.optional("cert_file")) server.tls.cert_file = file->path();
  if (auto const file = mapping.optional("key_file")) server.tls.key_file = file->path();
  auto const password = config::read_secret(mapping, "password");
  auto const bearer = config::read_secret(mapping, "bearer_token");
  auto const api_key = config::read_secret(mapping, "api_key");
  auto const user = mapping.optional("username");
  if (static_cast<int>(user.has_value()) + static_cast<int>(!bearer.empty()) +
          static_cast<int>(!api_key.empty()) >
      1)
    mapping.self().fail("expected one of `username`, `bearer_token` and `api_key`");
  if (user.has_value() != !password.empty())
    mapping.self().fail("expected `username` and `password` (or `password_file`) together");
  if (user)
    server.authorization =
        config::Secret("Basic " + http::base64(user->non_empty_text() + ":" + password.reveal()));
  if (!bearer.empty()) server.authorization = config::Secret("Bearer " + bearer.reveal());
  if (!api_key.empty()) server.authorization = config::Secret("ApiKey " + api_key.reveal());
  return server;
}

}  // namespace fleet::exporters::compliance
