#include "probers/http/request_chain.hpp"

#include "core/http/ascii_case.hpp"
#include "probers/connection_options.hpp"
#include "probers/http/redirection.hpp"

namespace fleet::probers {

namespace {

std::string* find_header(http::Request& request, std::string_view name) {
  for (auto& [key, value] : request.headers)
    if (http::equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

/// Without the query, which may hold secrets.
std::string shown(const http::Url& url) {
  return (url.tls ? "https://" : "http://") + url.authority() + url.target.substr(0, url.target.find('?'));
}

/// The host of "example.org:8443".
std::string host_of(const std::string& authority) {
  auto const url = http::Url::parse("http://" + authority);
  return url ? url->host : authority;
}

/// As Go counts: a body that cannot be has none, and one without a stated length has -1.
double content_length(const http::Response& response, const std::string& method) {
  bool const no_body = response.status == 204 || response.status == 304 || response.status < 200;
  if (no_body && method != "HEAD") return 0;
  return response.content_length ? static_cast<double>(*response.content_length) : -1;
}

}  // namespace

awaitable<void> RequestChain::prepare() {
  for (auto const& [name, value] : options_.headers) {
    if (http::equal_ignoring_case(name, "Host") && !hostname_.empty()) continue;
    request_.headers.emplace_back(name, value.reveal());
  }
  if (!hostname_.empty()) request_.headers.emplace_back("Host", hostname_);
  if (auto const* const host = find_header(request_, "Host")) hostname_ = host_of(*host);
  if (auto const* const cookie = find_header(request_, "Cookie")) own_cookie_ = *cookie;
  request_.body = options_.body_file ? options_.body_file->text() : options_.body;
  if (!find_header(request_, "traceparent"))
    request_.headers.emplace_back("traceparent", attempt_.traceparent());
  if (options_.credentials.empty() || find_header(request_, "Authorization")) co_return;
  auto authorization = co_await options_.credentials.authorization(attempt_.deadline);
  request_.headers.emplace_back("Authorization", std::move(authorization));
}

awaitable<void> RequestChain::run() {
  std::string token_problem;
  try {
    co_await prepare();
  } catch (const TokenFailure& failure) {
    token_problem = failure.what();
  }
  if (!token_problem.empty()) {
    result_.fail(Reason::unauthorized, "token", token_problem);
    co_return;
  }
  for (;;) {
    bool const again = co_await hop();
    if (!again) co_return;
  }
}

std::string RequestChain::server_name(const http::Url& url) const {
  // As in blackbox_exporter: names from the configuration are the first target's.
  if (url.authority() != first_.authority()) return url.host;
  if (!options_.client.tls.server_name.empty()) return options_.client.tls.server_name;
  return hostname_.empty() ? url.host : hostname_;
}

awaitable<void> RequestChain::resolve_for_proxy(http::Request& sent) {
  auto const& dial = options_.client.dial.address;
  if (options_.skip_resolve_phase_with_proxy && !dial.allowed) co_return;
  auto const began = Deadline::Clock::now();
  std::chrono::nanoseconds lookup{0};
  try {
    auto const addresses = co_await net::addresses_of(sent.url.host, dial, attempt_.deadline);
    lookup = Deadline::Clock::now() - began;
    http::Peer peer;
    peer.address = addresses.front();
    learn_address(peer, lookup);
    if (!options_.skip_resolve_phase_with_proxy) {
      if (!find_header(sent, "Host")) sent.headers.emplace_back("Host", sent.url.authority());
      sent.url.host = addresses.front().to_string();
    }
  } catch (const net::Failure& failure) {
    lookup_failure_.emplace(failure);
    lookup = Deadline::Clock::now() - began;
  }
  add_phase(result_.phases, "resolve", lookup);
}

awaitable<bool> RequestChain::hop() {
  way_ = Way::judge;
  auto const* const proxy = options_.proxies.for_url(request_.url);
  auto name = server_name(request_.url);
  http::Request sent = request_;
  if (proxy) co_await resolve_for_proxy(sent);
  if (lookup_failure_) {
    result_.fail(*lookup_failure_);
    co_return false;
  }
  if (attempt_.explains())
    attempt_.note("request " + sent.method + " " + shown(request_.url) + (proxy ? " through the proxy" : ""));
  sent.on_head = [this](const http::Response& response) {
    describe(response);
    choose_way(response);
  };
  // What a redirect says besides its head is of no use.
  sent.on_body = [this](std::string_view bytes) { return way_ == Way::judge && intake_.take(bytes); };
  http::Response response;
  result_.answered.reset();
  try {
    auto& client = setup_->client(proxy);
    response = co_await client.send(std::move(sent), attempt_.deadline, std::move(name));
  } catch (const http::Failure& failure) {
    fail(failure);
    co_return false;
  }
  connecting_ = true;
  result_.answered = response.end;
  add_phases(result_.phases, response.phases);
  if (!proxy) learn_address(response.peer, response.phases.resolve);
  if (way_ == Way::judge) judge(response);
  if (way_ == Way::follow) take_redirect(response);
  co_return way_ == Way::follow;
}

void RequestChain::describe(const http::Response& response) {
  head_seen_ = true;
  status_ = response.status;
  version_ = response.version == "2.0" ? 2 : response.version == "1.1" ? 1.1 : 1;
  content_length_ = content_length(response, request_.method);
  tls_ = request_.url.tls;
  last_modified_.reset();
  auto const modified = response.header("Last-Modified");
  if (!modified.empty())
    if (auto const time = workflow::parse_cookie_date(modified))
      last_modified_ = static_cast<double>(std::chrono::system_clock::to_time_t(*time));
}

void RequestChain::forget_response() {
  head_seen_ = tls_ = false;
  status_ = 0;
  version_ = content_length_ = 0;
  last_modified_.reset();
}

/// A redirect that is not followed is judged like any other response.
void RequestChain::choose_way(const http::Response& response) {
  auto const reference = response.header("Location");
  if (!is_redirect(response.status) || reference.empty()) return;
  ++redirects_;
  if (!options_.follow_redirects) return;
  if (redirects_ > most_redirects) {
    if (!is_valid_status(options_.expected, response.status))
      result_.fail(Reason::redirect, "redirect", "more than " + std::to_string(most_redirects) + " redirects");
    return;
  }
  location_ = request_.url.resolve(reference);
  way_ = location_ ? Way::follow : Way::give_up;
  if (location_) return;
  result_.fail(Reason::redirect, "redirect", "redirected to what is no http or https URL");
  forget_response();
}

void RequestChain::take_redirect(const http::Response& response) {
  auto const now = std::chrono::system_clock::now();
  for (auto const& [name, value] : response.headers)
    if (http::equal_ignoring_case(name, "Set-Cookie")) cookies_.store(request_.url, value, now);
  if (attempt_.explains())
    attempt_.note("redirect " + std::to_string(response.status) + " to " + shown(*location_));
  bool const trusted = trusts(request_.url, *location_);
  follow_redirect(request_, response.status, *location_);
  if (!trusted) own_cookie_.clear();
  auto cookie = own_cookie_;
  auto const stored = cookies_.header(request_.url);
  if (!cookie.empty() && !stored.empty()) cookie += "; ";
  cookie += stored;
  if (!cookie.empty()) request_.headers.emplace_back("Cookie", std::move(cookie));
  forget_response();
}

void RequestChain::note_missed(const Miss& miss) {
  by_regex_ = by_regex_ || miss.by_regex;
  by_cel_ = by_cel_ || miss.by_cel;
  result_.fail(miss.reason, miss.step, miss.detail);
}

void RequestChain::judge(const http::Response& response) {
  auto const& expected = options_.expected;
  tls_facts_ = response.peer.tls;
  if (attempt_.explains())
    attempt_.note("response HTTP/" + response.version + " " + std::to_string(response.status) + ", " +
                  std::to_string(response.body_bytes) + " bytes of body");
  if (response.status == 401) options_.credentials.refused();
  auto const head = judge_head(expected, response.status, response.headers);
  if (head) note_missed(*head);
  intake_.finish();
  if (intake_.state() == http::BodyIntake::State::too_large)
    result_.fail(Reason::too_large, "transfer",
                 "the body exceeds " + std::to_string(intake_.bytes()) + " bytes");
  if (intake_.state() == http::BodyIntake::State::malformed)
    result_.fail(Reason::encoding, "transfer", "the body is not compressed as configured");
  // Expressions count for an answer that is well so far; they are dear on large bodies.
  if (result_.outcome == Outcome::good)
    if (auto const miss = judge_body(expected, intake_.body())) note_missed(*miss);
  if (auto const miss = judge_connection(expected, response.version, tls_)) note_missed(*miss);
}

void RequestChain::learn_address(const http::Peer& peer, std::chrono::nanoseconds lookup) {
  if (address_known_ || !peer.address) return;
  address_known_ = connecting_ = true;
  add_address_facts(result_.facts, *peer.address, lookup);
}

void RequestChain::fail(const http::Failure& failure) {
  bool const proxied = options_.proxies.for_url(request_.url) != nullptr;
  if (proxied || failure.step != http::Step::resolve) {
    connecting_ = true;
    add_phases(result_.phases, failure.phases);
  } else {
    add_phase(result_.phases, "resolve", failure.phases.resolve);
  }
  if (!proxied) learn_address(failure.peer, failure.phases.resolve);
  // A response that breaks off is one: it has a status.
  if (head_seen_) tls_facts_ = failure.peer.tls;
  result_.fail(failure);
  if (attempt_.explains()) attempt_.note(failure.what());
}

ProbeResult RequestChain::result() && {
  auto& facts = result_.facts;
  result_.phase_kind = &facts::http_phase_duration;
  if (result_.phases.empty()) add_phase(result_.phases, "resolve", std::chrono::nanoseconds(0));
  if (connecting_) add_phases(result_.phases, {});
  if (!address_known_) {
    facts.set(facts::ip_protocol, 0);
    facts.set(facts::ip_addr_hash, 0);
    facts.set(facts::dns_lookup_time, result_.phases.front().second);
  }
  facts.set(facts::http_status_code, status_);
  facts.set(facts::http_content_length, content_length_);
  facts.set(facts::http_uncompressed_body_length, static_cast<double>(intake_.bytes()));
  facts.set(facts::http_redirects, redirects_);
  facts.set(facts::http_version, version_);
  facts.set(facts::http_ssl, tls_ ? 1 : 0);
  facts.set(facts::failed_due_to_regex, by_regex_ ? 1 : 0);
  if (options_.expected.wants_json()) facts.set(facts::failed_due_to_cel, by_cel_ ? 1 : 0);
  if (last_modified_) facts.set(facts::http_last_modified, *last_modified_);
  if (tls_ && tls_facts_) add_tls_facts(facts, *tls_facts_, true);
  return std::move(result_);
}

}  // namespace fleet::probers
