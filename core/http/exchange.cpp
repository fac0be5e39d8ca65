#include "core/http/exchange.hpp"

#include <algorithm>

#include "core/http/ascii_case.hpp"

namespace fleet::http {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSymbols.find(c) != kSymbols.npos;
  });
}

}  // namespace

void Progress::enter(Step step, Clock::time_point at) {
  current() += at - began_;
  began_ = at;
  step_ = step;
}

const Phases& Progress::finish(Clock::time_point at) {
  enter(step_, at);
  return phases_;
}

std::chrono::nanoseconds& Progress::current() {
  switch (step_) {
    case Step::resolve:
      return phases_.resolve;
    case Step::connect:
    case Step::proxy:
      return phases_.connect;
    case Step::tls:
      return phases_.tls;
    case Step::send:
    case Step::processing:
      return phases_.processing;
    case Step::transfer:
      break;
  }
  return phases_.transfer;
}

Failure Progress::made(Step step, FailureKind kind, const std::string& what) {
  Failure failure(step, kind, finish(), what);
  failure.peer = peer;
  return failure;
}

Failure Progress::failure(FailureKind kind, const std::string& reason) {
  auto const step = at_proxy_ ? Step::proxy : step_;
  return made(step, kind, std::string(to_string(step)) + " " + authority_ + ": " + reason);
}

Failure Progress::failure(const boost::system::error_code& error) {
  auto const kind = net::kind_of(error, step_);
  return failure(kind, kind == FailureKind::timeout ? "timed out" : error.message());
}

Failure Progress::failure(const net::Failure& failure) {
  if (at_proxy_) return made(Step::proxy, failure.kind, std::string("proxy: ") + failure.what());
  return made(failure.step, failure.kind, failure.what());
}

BodySink::Taken BodySink::take(std::string_view bytes) {
  response_.body_bytes += bytes.size();
  if (request_.on_body) {
    if (!request_.on_body(bytes)) enough_ = true;
    return enough_ ? Taken::enough : Taken::more;
  }
  if (response_.body_bytes > request_.max_body_bytes) return Taken::too_large;
  response_.body += bytes;
  return Taken::more;
}

bool has_header(const Request& request, std::string_view name) {
  return std::ranges::any_of(request.headers,
                             [&](auto const& header) { return equal_ignoring_case(header.first, name); });
}

bool announces_body(const Request& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

void check_request(const Request& request, std::string_view target, Progress& progress) {
  if (!is_token(request.method)) throw progress.failure(FailureKind::protocol, "invalid request method");
  if (target.find_first_of(std::string_view(" \r\n\0", 4)) != target.npos)
    throw progress.failure(FailureKind::protocol, "invalid request target");
  for (auto const& [name, value] : request.headers)
    if (!is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos)
      throw progress.failure(FailureKind::protocol, "invalid request header");
}

}  // namespace fleet::http
