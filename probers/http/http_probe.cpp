#include "probers/http/http_probe.hpp"

namespace fleet::probers {

namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What a redirect makes of the request (RFC 9110 section 15.4): 303, and by custom 301 and 302, turn POST into
/// GET.
void follow(http::Request& request, int status, http::Url location) {
  bool const other_host = location.authority() != request.url.authority() || location.tls != request.url.tls;
  if (other_host) {
    std::erase_if(request.headers, [](auto const& header) {
      std::string name = header.first;
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      return name == "authorization" || name == "cookie" || name == "host";
    });
  }
  bool const to_get = status == 303 ? request.method != "HEAD" : (status <= 302 && request.method == "POST");
  if (to_get) {
    request.method = "GET";
    request.body.clear();
  }
  request.url = std::move(location);
}

}  // namespace

Reason reason_of(http::FailureKind kind) {
  switch (kind) {
    case http::FailureKind::timeout:
      return Reason::timeout;
    case http::FailureKind::refused:
      return Reason::refused;
    case http::FailureKind::reset:
      return Reason::reset;
    case http::FailureKind::unreachable:
      return Reason::unreachable;
    case http::FailureKind::name:
      return Reason::name;
    case http::FailureKind::certificate:
      return Reason::certificate;
    case http::FailureKind::tls:
      return Reason::tls;
    case http::FailureKind::protocol:
      return Reason::protocol;
    case http::FailureKind::too_large:
      return Reason::too_large;
  }
  return Reason::internal;
}

void add_phases(PhaseSeconds& into, const http::Phases& phases) {
  auto const add = [&](std::string_view name, std::chrono::nanoseconds length) {
    auto const found = std::find_if(into.begin(), into.end(), [&](auto const& p) { return p.first == name; });
    auto const value = std::chrono::duration<double>(length).count();
    if (found == into.end()) {
      into.emplace_back(name, value);
    } else {
      found->second += value;
    }
  };
  add("resolve", phases.resolve);
  add("connect", phases.connect);
  add("tls", phases.tls);
  add("processing", phases.processing);
  add("transfer", phases.transfer);
}

std::optional<ProbeResult> judge(const HttpOptions& options, int status, const std::string& body) {
  auto const& valid = options.valid_status_codes;
  bool const status_ok = valid.empty() ? status >= 200 && status < 300
                                       : std::find(valid.begin(), valid.end(), status) != valid.end();
  if (!status_ok) return ProbeResult::bad(Reason::status, "status", "HTTP status " + std::to_string(status));
  for (auto const& regex : options.fail_if_body_matches) {
    if (re2::RE2::PartialMatch(body, *regex)) {
      return ProbeResult::bad(Reason::body, "body", "body matches " + regex->pattern());
    }
  }
  for (auto const& regex : options.fail_if_body_not_matches) {
    if (!re2::RE2::PartialMatch(body, *regex)) {
      return ProbeResult::bad(Reason::body, "body", "body does not match " + regex->pattern());
    }
  }
  return std::nullopt;
}

HttpProbe::HttpProbe(std::shared_ptr<http::Client> client, http::Url url, HttpOptions options)
    : client_(std::move(client)), url_(std::move(url)), options_(std::move(options)) {}

awaitable<ProbeResult> HttpProbe::attempt(Deadline deadline) {
  http::Request request;
  request.method = options_.method;
  request.url = url_;
  request.headers = options_.headers;
  request.body = options_.body;
  request.max_body_bytes = options_.body_size_limit;

  ProbeResult result;
  try {
    for (int hops = 0;; ++hops) {
      auto const response = co_await client_->send(request, deadline);
      add_phases(result.phases, response.phases);
      result.http_status = response.status;
      if (response.earliest_certificate_expiry) {
        result.certificate_expiry_unix =
            static_cast<double>(response.earliest_certificate_expiry->time_since_epoch().count());
      }
      auto missed = ProbeResult();
      if (options_.follow_redirects && is_redirect(response.status)) {
        auto location = request.url.resolve(response.header("location"));
        if (location && hops < 10) {
          follow(request, response.status, std::move(*location));
          continue;
        }
        missed = ProbeResult::bad(Reason::redirect, "redirect",
                                  location ? "more than 10 redirects" : "redirect without a usable location");
      } else if (auto verdict = judge(options_, response.status, response.body)) {
        missed = std::move(*verdict);
      }
      result.outcome = missed.outcome;
      result.reason = missed.reason;
      result.step = std::move(missed.step);
      result.detail = std::move(missed.detail);
      co_return result;
    }
  } catch (const http::Failure& failure) {
    add_phases(result.phases, failure.phases);
    result.outcome = Outcome::bad;
    result.reason = reason_of(failure.kind);
    result.step = http::to_string(failure.step);
    result.detail = failure.what();
  }
  co_return result;
}

}  // namespace fleet::probers
