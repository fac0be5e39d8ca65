#include "core/web/gate.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "core/app/logging.hpp"
#include "core/http/ascii_case.hpp"

namespace fleet::web {
namespace {

using Clock = std::chrono::steady_clock;

// A reading that failed is tried again at this pace: what stands in its way may be a file that nobody names
// yet.
constexpr std::chrono::seconds try_again{1};

Response refusal(int status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

Response unauthorized() {
  auto response = refusal(401, "Unauthorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"metrics\", charset=\"UTF-8\"");
  return response;
}

std::optional<std::string> decoded(std::string_view base64) {
  if (base64.empty() || base64.size() % 4 != 0) return std::nullopt;
  std::string out(base64.size() / 4 * 3, '\0');
  auto const length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
  if (length < 0) return std::nullopt;
  auto const padding = base64.ends_with("==") ? 2U : base64.ends_with('=') ? 1U : 0U;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

/// What a user that is unknown is checked against: costs what one that is known does, whichever it is.
const config::Secret& costliest(const std::map<std::string, config::Secret, std::less<>>& users) {
  // "$2y$10$..."
  auto const cost = [](auto const& user) { return std::string_view(user.second.reveal()).substr(4, 2); };
  return std::ranges::max_element(users, {}, cost)->second;
}

}  // namespace

std::optional<std::pair<std::string, config::Secret>> basic_credentials(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  if (!http::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  auto const text = decoded(authorization.substr(scheme.size()));
  auto const colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text->substr(0, colon), config::Secret(text->substr(colon + 1)));
}

Gate::Stamp Gate::stamp(const std::string& file) {
  Stamp out;
  out.file = file;
  struct stat status {};
  if (stat(file.c_str(), &status) == 0) {
    out.changed = status.st_mtim;
    out.size = status.st_size;
    out.inode = status.st_ino;
  }
  return out;
}

bool Gate::changed(const Stamp& before) {
  auto const now = stamp(before.file);
  return now.changed.tv_sec != before.changed.tv_sec || now.changed.tv_nsec != before.changed.tv_nsec ||
         now.size != before.size || now.inode != before.inode;
}

Gate::Gate(std::string file, std::function<void(bool)> on_reading)
    : file_(std::move(file)), on_reading_(std::move(on_reading)), rules_(read()) {
  fill();
}

Gate::~Gate() = default;

std::shared_ptr<const Gate::Rules> Gate::read() const {
  auto rules = std::make_shared<Rules>();
  rules->stamps.push_back(stamp(file_));
  rules->config = read_web_config(file_);
  if (auto const& tls = rules->config.tls) {
    for (auto const* const pem : {&tls->certificate, &tls->key, &tls->client_authorities}) {
      if (!pem->file.empty()) rules->stamps.push_back(stamp(pem->file));
    }
    rules->tls = std::make_shared<ServerTls>(*tls);
  }
  return rules;
}

void Gate::look_again() {
  bool const failed = !last_problem_.empty();
  if (failed ? Clock::now() < next_attempt_ : std::ranges::none_of(rules_->stamps, changed)) return;
  std::string problem;
  try {
    auto const fresh = read();
    // A connection is encrypted or it is not, and scrapers are told which.
    if ((fresh->tls == nullptr) != (rules_->tls == nullptr))
      throw config::Error(file_ + ": TLS can be turned on and off by a restart only");
    bool const other_limit = fresh->config.rate_limit != rules_->config.rate_limit;
    rules_ = fresh;
    if (other_limit) fill();
  } catch (const std::exception& error) {
    problem = error.what();
    next_attempt_ = Clock::now() + try_again;
  }
  if (problem.empty()) {
    logging::info("web configuration read again", {{"file", file_}});
  } else if (problem != last_problem_) {
    logging::error("web configuration cannot be used, the one before stays", {{"err", problem}});
  }
  last_problem_ = std::move(problem);
  if (on_reading_) on_reading_(last_problem_.empty());
}

std::shared_ptr<ServerTls> Gate::tls() {
  if (!rules_->tls) return nullptr;
  look_again();
  return rules_->tls;
}

void Gate::fill() {
  auto const& limit = rules_->config.rate_limit;
  tokens_ = limit ? limit->burst : 0;
  if (limit && limit->burst == 0)
    logging::warn("every request is answered with 429, for the rate limit's burst is 0", {{"file", file_}});
  filled_ = Clock::now();
}

// A token bucket.
bool Gate::within_rate() {
  auto const& limit = rules_->config.rate_limit;
  if (!limit) return true;
  auto const now = Clock::now();
  std::chrono::duration<double, std::milli> const passed = now - std::exchange(filled_, now);
  tokens_ =
      std::min<double>(limit->burst, tokens_ + passed.count() / static_cast<double>(limit->interval.count()));
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool Gate::open_path(std::string_view path) const {
  auto const& paths = rules_->config.auth_excluded_paths;
  return std::ranges::find(paths, path) != paths.end();
}

awaitable<std::optional<Response>> Gate::admit(const Request& request) {
  look_again();
  if (!within_rate()) co_return refusal(429, "Too Many Requests");
  auto const rules = rules_;
  auto const& users = rules->config.users;
  if (users.empty() || open_path(request.path)) co_return std::nullopt;
  auto const credentials = basic_credentials(request.header("Authorization"));
  if (!credentials) co_return unauthorized();
  auto const user = users.find(credentials->first);
  bool const known = user != users.end();
  auto const& hash = known ? user->second : costliest(users);
  auto const matches = co_await passwords_.match(hash, credentials->second);
  if (!matches) co_return refusal(429, "Too Many Requests");
  if (!*matches || !known) co_return unauthorized();
  co_return std::nullopt;
}

}  // namespace fleet::web
