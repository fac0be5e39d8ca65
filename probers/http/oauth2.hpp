// Access tokens by OAuth 2.0's client credentials grant (RFC 6749 section 4.4).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/http/client.hpp"
#include "probers/http/watched_file.hpp"

namespace fleet::probers {

struct OAuth2Options {
  http::Url token_url;
  std::string client_id;
  SecretSource client_secret;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, config::Secret>> endpoint_params;  ///< more fields of the request's form
  http::ClientOptions client;                                           ///< how the endpoint is reached
};

/// No token was given. what() is one line without secrets.
class TokenFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What an endpoint's answer says; throws TokenFailure.
struct Token {
  std::string authorization;                     ///< "Bearer ..."
  std::optional<std::chrono::seconds> lifetime;  ///< absent: it does not say
};
Token parse_token(int status, const std::string& body);

/// Asks for a token when there is none or the last one ends within 10 s (or within half of its life, if that is
/// less). The client identifies itself by Basic, and where that is refused by fields of the form; what worked
/// is remembered. One io thread.
class TokenSource {
 public:
  explicit TokenSource(OAuth2Options options);
  /// The value of the Authorization header. Throws TokenFailure.
  awaitable<std::string> authorization(Deadline deadline);
  /// The server did not take the token: ask for another one next time.
  void forget();

 private:
  awaitable<Token> ask(bool in_form, Deadline deadline);

  OAuth2Options options_;
  http::Client client_;
  std::optional<std::string> token_;
  Deadline::Clock::time_point good_until_ = Deadline::Clock::time_point::max();
  bool in_form_ = false;
};

}  // namespace fleet::probers
