#include "probers/http/credentials.hpp"

#include <algorithm>

#include "core/http/base64.hpp"
#include "probers/connection_options.hpp"
#include "probers/http/proxy_choice.hpp"

namespace fleet::probers {

namespace {

using config::Mapping;
using config::Value;

std::function<std::string()> read_basic(const Value& value) {
  auto const basic = value.mapping({"username", "username_file", "password", "password_file"});
  auto const username = read_secret_source(basic, "username");
  auto const password = read_secret_source(basic, "password");
  if (username.empty()) value.fail("expected `username` or `username_file`");
  return [username, password] { return "Basic " + http::base64(username.reveal() + ":" + password.reveal()); };
}

std::function<std::string()> typed(std::string type, SecretSource secret) {
  return [type = std::move(type), secret = std::move(secret)] { return type + " " + secret.reveal(); };
}

std::function<std::string()> read_authorization(const Value& value) {
  auto const mapping = value.mapping({"type", "credentials", "credentials_file"});
  auto type = mapping.text_or("type", "Bearer");
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (std::ranges::equal(type, std::string_view("basic"), {}, lower))
    mapping.required("type").fail("expected `basic_auth` for the type Basic");
  if (type.empty() || type.find_first_of(" \t\r\n") != type.npos)
    mapping.required("type").fail("expected one word");
  auto secret = read_secret_source(mapping, "credentials");
  if (secret.empty()) value.fail("expected `credentials` or `credentials_file`");
  return typed(std::move(type), std::move(secret));
}

http::Url read_token_url(const Value& value) {
  auto const url = http::Url::parse(value.http_url());
  if (!url) value.fail("expected a URL like https://idp.example/token");
  return *url;
}

OAuth2Options read_oauth2(const Value& value) {
  auto const mapping = value.mapping({"client_id", "client_secret", "client_secret_file", "scopes", "token_url",
                                      "endpoint_params", "tls_config", "proxy_url"});
  OAuth2Options options;
  options.client_id = mapping.required("client_id").non_empty_text();
  options.client_secret = read_secret_source(mapping, "client_secret");
  options.token_url = read_token_url(mapping.required("token_url"));
  if (auto const scopes = mapping.optional("scopes"))
    for (auto const& scope : scopes->list()) options.scopes.push_back(scope.non_empty_text());
  if (auto const params = mapping.optional("endpoint_params"))
    for (auto const& [name, text] : params->entries())
      options.endpoint_params.emplace_back(name.non_empty_text(), config::Secret(text.text()));
  options.client.tls = read_tls(mapping);
  options.client.http2 = http::Http2::offer;
  if (auto const proxy = mapping.optional("proxy_url")) options.client.proxy = read_proxy_url(*proxy);
  return options;
}

}  // namespace

awaitable<std::string> Credentials::authorization(Deadline deadline) const {
  if (fixed_) co_return fixed_();
  auto const token = token_;
  co_return co_await token->authorization(deadline);
}

void Credentials::refused() const {
  if (token_) token_->forget();
}

Credentials read_credentials(const Mapping& module) {
  std::string_view first;
  for (auto const key : credential_keys) {
    auto const value = module.optional(key);
    if (!value) continue;
    if (!first.empty())
      value->fail("expected at most one kind of credentials: there is `" + std::string(first) + "` already");
    first = key;
  }
  Credentials credentials;
  if (first == "basic_auth") credentials.fixed_ = read_basic(module.required(first));
  if (first == "authorization") credentials.fixed_ = read_authorization(module.required(first));
  if (first == "bearer_token" || first == "bearer_token_file") {
    auto secret = read_secret_source(module, "bearer_token");
    if (secret.empty()) module.required(first).fail("expected a token");
    credentials.fixed_ = typed("Bearer", std::move(secret));
  }
  if (first == "oauth2")
    credentials.token_ = std::make_shared<TokenSource>(read_oauth2(module.required(first)));
  return credentials;
}

}  // namespace fleet::probers
