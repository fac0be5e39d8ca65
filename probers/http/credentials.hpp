// Who the prober says it is: the Authorization header.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "probers/http/oauth2.hpp"
#include "probers/http/watched_file.hpp"

namespace fleet::probers {

/// Keys of a module that read_credentials() takes.
inline constexpr std::array<std::string_view, 5> credential_keys{"basic_auth", "authorization", "bearer_token",
                                                                 "bearer_token_file", "oauth2"};

/// One way of proving oneself, or none. Files are read again when they change. One io thread.
class Credentials {
 public:
  bool empty() const { return !fixed_ && !token_; }
  /// The value of the header. Throws TokenFailure, or std::runtime_error about a file.
  awaitable<std::string> authorization(Deadline deadline) const;
  /// The server did not take it: a token is asked for anew.
  void refused() const;

 private:
  friend Credentials read_credentials(const config::Mapping& module);
  std::function<std::string()> fixed_;
  std::shared_ptr<TokenSource> token_;
};

/// At most one of basic_auth {username, username_file, password, password_file}, authorization {type,
/// credentials, credentials_file}, bearer_token, bearer_token_file and oauth2 {client_id, client_secret,
/// client_secret_file, scopes, token_url, endpoint_params, tls_config, proxy_url}.
Credentials read_credentials(const config::Mapping& module);

}  // namespace fleet::probers
