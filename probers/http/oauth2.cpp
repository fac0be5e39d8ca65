#include "probers/http/oauth2.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "core/http/base64.hpp"
#include "core/http/form.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

constexpr std::chrono::seconds kMargin{10};

bool is_field_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

/// Some servers write the number as a text.
std::optional<std::chrono::seconds> lifetime_of(const boost::json::object& answer) {
  auto const* const value = answer.if_contains("expires_in");
  if (!value) return std::nullopt;
  std::optional<double> seconds;
  if (value->is_number()) {
    seconds = value->to_number<double>();
  } else if (value->is_string()) {
    seconds = parse_number<double>(value->get_string());
  }
  if (!seconds || !(*seconds > 0)) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(std::min(*seconds, 1e9)));
}

}  // namespace

Token parse_token(int status, const std::string& body) {
  if (status < 200 || status > 299)
    throw TokenFailure("the token endpoint answered HTTP status " + std::to_string(status));
  boost::system::error_code malformed;
  auto const json = boost::json::parse(body, malformed);
  auto const* const answer = malformed ? nullptr : json.if_object();
  if (!answer) throw TokenFailure("the token endpoint's answer is no JSON object");
  auto const* const token = answer->if_contains("access_token");
  if (!token || !token->is_string() || token->get_string().empty())
    throw TokenFailure("the token endpoint's answer has no access_token");
  std::string type = "Bearer";
  if (auto const* const given = answer->if_contains("token_type"); given && given->is_string()) {
    std::string const word(given->get_string());
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (!word.empty() && !std::ranges::equal(word, std::string_view("bearer"), {}, lower)) type = word;
  }
  Token result;
  result.authorization = type + " " + std::string(token->get_string());
  if (!is_field_text(result.authorization)) throw TokenFailure("the token endpoint's token fits in no header");
  result.lifetime = lifetime_of(*answer);
  return result;
}

TokenSource::TokenSource(OAuth2Options options) : options_(std::move(options)), client_(options_.client) {}

void TokenSource::forget() { token_.reset(); }

awaitable<Token> TokenSource::ask(bool in_form, Deadline deadline) {
  http::Request request;
  request.method = "POST";
  request.url = options_.token_url;
  request.headers = std::vector<std::pair<std::string, std::string>>();
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("Accept", "application/json");
  request.max_body_bytes = 1024 * 1024;
  auto const& secret = options_.client_secret.reveal();
  http::add_field(request.body, "grant_type", "client_credentials");
  std::string scopes;
  for (auto const& scope : options_.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (!scopes.empty()) http::add_field(request.body, "scope", scopes);
  for (auto const& [name, value] : options_.endpoint_params) http::add_field(request.body, name, value.reveal());
  if (in_form) {
    http::add_field(request.body, "client_id", options_.client_id);
    if (!secret.empty()) http::add_field(request.body, "client_secret", secret);
  } else {
    request.headers.emplace_back("Authorization", "Basic " + http::base64(http::form_encoded(options_.client_id) +
                                                                          ":" + http::form_encoded(secret)));
  }
  auto const response = co_await client_.send(std::move(request), deadline);
  co_return parse_token(response.status, response.body);
}

awaitable<std::string> TokenSource::authorization(Deadline deadline) {
  if (token_ && Deadline::Clock::now() < good_until_) co_return *token_;
  std::optional<Token> token;
  std::string problem;
  for (int tries = 0; tries < 2 && !token; ++tries) {
    bool const in_form = tries == 0 ? in_form_ : !in_form_;
    bool refused = false;
    try {
      token = co_await ask(in_form, deadline);
      in_form_ = in_form;
    } catch (const TokenFailure& failure) {
      if (problem.empty()) problem = failure.what();
      refused = true;
    } catch (const http::Failure& failure) {
      problem = failure.what();
    }
    if (!refused) break;
  }
  if (!token) throw TokenFailure(problem);
  token_ = token->authorization;
  good_until_ = Deadline::Clock::time_point::max();
  if (token->lifetime) {
    auto const lifetime = std::chrono::duration_cast<Deadline::Clock::duration>(*token->lifetime);
    good_until_ =
        Deadline::Clock::now() + lifetime - std::min<Deadline::Clock::duration>(kMargin, lifetime / 2);
  }
  co_return *token_;
}

}  // namespace fleet::probers
