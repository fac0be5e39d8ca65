#include "probers/workflow/workflow_probe.hpp"

#include <strings.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "probers/connection_options.hpp"
#include "probers/workflow/redirection.hpp"

namespace fleet::probers {

using workflow::Miss;
using workflow::Step;

namespace {

constexpr int max_redirects = 10;

bool has_header(const http::Request& request, const char* name) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [&](auto const& header) { return ::strcasecmp(header.first.c_str(), name) == 0; });
}

bool has_control_character(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

std::string seconds_text(std::chrono::nanoseconds length) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>(length).count());
  return text;
}

// As it is written, without the query: where keys are put.
std::string shown_url(const Step& step) { return step.url.written().substr(0, step.url.written().find('?')); }

bool is_compressed(const http::Response& response) {
  auto const coding = response.header("content-encoding");
  return !coding.empty() && coding != "identity";
}

}  // namespace

struct WorkflowProbe::Run {
  explicit Run(Attempt given) : attempt(given) {}
  Attempt attempt;
  workflow::Variables variables;
  workflow::CookieJar cookies;
  ProbeResult result;
};

WorkflowProbe::WorkflowProbe(std::shared_ptr<http::Client> client, http::Url target, std::string hostname,
                             std::shared_ptr<const workflow::Workflow> workflow)
    : client_(std::move(client)),
      target_(std::move(target)),
      hostname_(std::move(hostname)),
      workflow_(std::move(workflow)) {}

bool WorkflowProbe::is_own_origin(const http::Url& url) const {
  return url.tls == target_.tls && url.authority() == target_.authority();
}

awaitable<ProbeResult> WorkflowProbe::attempt(Attempt attempt) {
  Run run(attempt);
  run.variables = workflow::built_in_values(attempt.trace, std::chrono::system_clock::now());
  for (auto const& [name, value] : workflow_->variables) run.variables[name] = value.reveal();
  run.result.phase_kind = &facts::workflow_step_duration;
  for (auto const& step : workflow_->steps) {
    auto const begin = Deadline::Clock::now();
    co_await take(step, run);
    auto const length = Deadline::Clock::now() - begin;
    if (step.max_duration && length > *step.max_duration) {
      run.result.fail(
          Reason::slow, std::string(step.name),
          "took " + seconds_text(length) + ", expected at most " + seconds_text(*step.max_duration));
    }
    add_phase(run.result.phases, step.name, length);
    if (run.result.outcome != Outcome::good) break;
  }
  co_return std::move(run.result);
}

awaitable<void> WorkflowProbe::take(const Step& step, Run& run) {
  auto const name = std::string(step.name);
  auto const limit = step.retry ? run.attempt.deadline.or_after(step.retry->within) : run.attempt.deadline;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  std::optional<Miss> before;
  for (int tries = 1;; ++tries) {
    std::optional<Miss> miss;
    try {
      miss = co_await try_once(step, run, limit);
    } catch (const net::Failure& failure) {
      // The step's own time ended in the middle of a try: what the target last answered is why the step failed.
      if (before && failure.kind == net::FailureKind::timeout && !run.attempt.deadline.expired()) {
        before->detail += ", at the last of " + std::to_string(tries - 1) + " answered tries";
        run.result.fail(before->reason, name, std::move(before->detail));
        co_return;
      }
      // Where a link leads is what an answer gave.
      auto const linked = step.url.begins_with_variable();
      auto words = std::string(net::to_string(failure.step)) + ": " + std::string(net::to_string(failure.kind));
      run.result.fail(reason_of(failure.kind), name, linked ? std::move(words) : failure.what());
      co_return;
    }
    if (!miss) co_return;
    if (run.attempt.explains()) run.attempt.note("step " + name + ": " + miss->detail);
    bool const again = step.retry && Deadline::Clock::now() + step.retry->interval < limit.when();
    if (!again) {
      if (tries > 1) miss->detail += ", at the last of " + std::to_string(tries) + " tries";
      run.result.fail(miss->reason, name, std::move(miss->detail));
      co_return;
    }
    before = std::move(miss);
    pause.expires_after(step.retry->interval);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

awaitable<std::optional<Miss>> WorkflowProbe::try_once(const Step& step, Run& run, Deadline limit) {
  http::Request request;
  auto miss = make_request(step, run, request);
  if (miss) co_return miss;
  if (run.attempt.explains()) {
    run.attempt.note("step " + std::string(step.name) + ": " + request.method + " " + shown_url(step));
  }
  http::Response response;
  miss = co_await exchange(step, std::move(request), run, limit, response);
  if (miss) co_return miss;
  bool const opaque = is_compressed(response);
  workflow::Answer const answer(response.status, std::move(response.headers), std::move(response.body));
  miss = check(step.assertions, answer, run.variables);
  bool const judged = miss && (miss->reason == Reason::status || miss->reason == Reason::header);
  if (opaque && !judged && step.reads_body()) {
    co_return Miss{Reason::encoding, "the answer is compressed, though nothing asked for it"};
  }
  if (miss) co_return miss;
  for (auto const& extraction : step.extractions) {
    auto found = extract(extraction, answer);
    if (!found.value) co_return Miss{Reason::extraction, std::move(found.problem)};
    run.variables[extraction.variable] = std::move(*found.value);
  }
  co_return std::nullopt;
}

std::optional<Miss> WorkflowProbe::make_request(const Step& step, const Run& run,
                                                http::Request& request) const {
  auto url = target_.resolve(step.url.expand_url(run.variables));
  if (!url) return Miss{Reason::extraction, "the values of variables make no usable URL"};
  request.url = std::move(*url);
  request.method = step.method;
  request.max_body_bytes = workflow_->body_size_limit;
  for (auto const& [name, value] : step.headers) {
    request.headers.emplace_back(name, value.expand(run.variables));
    if (has_control_character(request.headers.back().second)) {
      return Miss{Reason::extraction, "header " + name + " would hold a control character"};
    }
  }
  if (auto const* text = std::get_if<workflow::Template>(&step.body)) {
    request.body = text->expand(run.variables);
  } else if (auto const* document = std::get_if<workflow::JsonTemplate>(&step.body)) {
    request.body = boost::json::serialize(document->expand(run.variables));
    if (!has_header(request, "content-type")) request.headers.emplace_back("Content-Type", "application/json");
  }
  if (!has_header(request, "traceparent"))
    request.headers.emplace_back("traceparent", run.attempt.traceparent());
  return std::nullopt;
}

awaitable<std::optional<Miss>> WorkflowProbe::exchange(const Step& step, http::Request request, Run& run,
                                                       Deadline limit, http::Response& response) {
  for (int hops = 0;; ++hops) {
    auto sent = request;
    bool const own = is_own_origin(sent.url);
    auto cookies = run.cookies.header(sent.url);
    if (!cookies.empty() && !has_header(sent, "cookie"))
      sent.headers.emplace_back("Cookie", std::move(cookies));
    if (own && !hostname_.empty() && !has_header(sent, "host")) sent.headers.emplace_back("Host", hostname_);
    auto server_name = own ? hostname_ : std::string();
    response = co_await client_->send(std::move(sent), limit, std::move(server_name));

    auto const now = std::chrono::system_clock::now();
    for (auto const& [name, value] : response.headers) {
      if (::strcasecmp(name.c_str(), "set-cookie") == 0) run.cookies.store(request.url, value, now);
    }
    auto& facts = run.result.facts;
    facts.set(facts::workflow_step_status, {{"step", std::string(step.name)}}, response.status);
    if (own && response.peer.address && !facts.find(facts::ip_protocol)) {
      add_address_facts(facts, *response.peer.address, response.phases.resolve);
      if (response.peer.tls) add_tls_facts(facts, *response.peer.tls, false);
    }
    if (run.attempt.explains()) {
      run.attempt.note("step " + std::string(step.name) + ": HTTP status " + std::to_string(response.status) +
                       " after " + seconds_text(response.phases.total()));
    }
    if (!step.follow_redirects || !workflow::is_redirect(response.status)) co_return std::nullopt;
    auto location = request.url.resolve(response.header("location"));
    bool const usable = location && !response.header("location").empty();
    if (!usable) co_return Miss{Reason::redirect, "a redirect without a usable location"};
    if (hops == max_redirects) co_return Miss{Reason::redirect, "more than 10 redirects"};
    workflow::redirect(request, response.status, std::move(*location));
  }
}

}  // namespace fleet::probers
