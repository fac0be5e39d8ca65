#include "probers/a2a/a2a_probe.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "probers/a2a/requests.hpp"
#include "probers/a2a/streamed_answer.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

using Clock = Deadline::Clock;

/// One attempt, from its card to its verdict.
struct A2aProbe::Run {
  Attempt attempt;
  ProbeResult result;
  std::string_view step = "card";
  std::optional<a2a::Endpoint> endpoint;
  Clock::time_point sent;  // the message
  bool trusted = true;     // whoever is asked next is the target, or one that its card names

  bool good() const { return result.outcome == Outcome::good; }
  void fail(Reason reason, std::string what) { result.fail(reason, std::string(step), std::move(what)); }
};

namespace {

void add_step_time(Facts& facts, std::string_view step, std::chrono::nanoseconds length) {
  std::vector<std::pair<std::string, std::string>> const labels{{"step", std::string(step)}};
  auto total = std::chrono::duration<double>(length).count();
  for (auto const& fact : facts.all()) {
    if (fact.kind == &a2a::facts::step_duration && fact.labels == labels) total += fact.value;
  }
  facts.set(a2a::facts::step_duration, labels, total);
}

void add_connection(ProbeResult& result, const http::Phases& phases, const http::Peer& peer) {
  add_phase(result.phases, "resolve", phases.resolve);
  add_phase(result.phases, "connect", phases.connect);
  add_phase(result.phases, "tls", phases.tls);
  add_phase(result.phases, "processing", phases.processing);
  add_phase(result.phases, "transfer", phases.transfer);
  if (peer.address) add_address_facts(result.facts, *peer.address, phases.resolve);
  if (peer.tls) add_tls_facts(result.facts, *peer.tls, true);
}

std::string in_milliseconds(Clock::duration length) {
  auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return std::to_string(milliseconds) + " ms";
}

}  // namespace

A2aProbe::A2aProbe(std::shared_ptr<http::Client> client, http::Url target,
                   std::shared_ptr<const A2aOptions> options, std::string hostname)
    : client_(std::move(client)),
      target_(std::move(target)),
      options_(std::move(options)),
      hostname_(std::move(hostname)) {}

bool A2aProbe::is_target(const http::Url& url) const {
  return url.tls == target_.tls && url.host == target_.host && url.port == target_.port;
}

awaitable<http::Response> A2aProbe::exchange(Run& run, http::Request request) {
  request.max_body_bytes = options_->body_size_limit;
  request.headers.emplace_back("traceparent", run.attempt.traceparent());
  std::string server_name;
  if (!hostname_.empty() && is_target(request.url)) {
    request.headers.emplace_back("Host", hostname_);
    server_name = hostname_.substr(0, hostname_.find(':'));
  }
  if (run.trusted) options_->headers.apply(request);
  if (run.attempt.explains()) {
    auto const url = request.url.to_string();
    run.attempt.note(std::string(run.step) + ": " + request.method + ' ' + url.substr(0, url.find('?')));
  }
  auto const begin = Clock::now();
  auto const deadline = run.attempt.deadline;
  try {
    auto response = co_await client_->send(std::move(request), deadline, server_name);
    auto const took = Clock::now() - begin;
    add_step_time(run.result.facts, run.step, took);
    add_connection(run.result, response.phases, response.peer);
    run.result.facts.set(a2a::facts::http_status_code, response.status);
    if (run.attempt.explains()) {
      run.attempt.note(std::string(run.step) + ": HTTP status " + std::to_string(response.status) + " in " +
                       in_milliseconds(took));
    }
    co_return response;
  } catch (const http::Failure& failure) {
    add_step_time(run.result.facts, run.step, Clock::now() - begin);
    add_connection(run.result, failure.phases, failure.peer);
    throw;
  }
}

awaitable<http::Response> A2aProbe::fetch_card(Run& run, http::Url url) {
  constexpr int max_redirects = 5;
  run.trusted = true;
  for (int hop = 0;; ++hop) {
    auto request = a2a::card_request(url, options_->wanted.version);
    auto response = co_await exchange(run, std::move(request));
    auto const location = response.header("Location");
    bool const redirected =
        response.status >= 301 && response.status <= 308 && response.status != 304 && !location.empty();
    if (!redirected) co_return response;
    auto next = url.resolve(location);
    if (hop == max_redirects || !next) {
      run.fail(Reason::redirect, next ? "more than 5 redirects" : "a redirect to what is no http URL");
      co_return response;
    }
    run.trusted = run.trusted && next->tls == url.tls && next->host == url.host && next->port == url.port;
    url = std::move(*next);
  }
}

awaitable<void> A2aProbe::discover(Run& run) {
  bool const is_card = target_.target.substr(0, target_.target.find('?')).ends_with(".json");
  auto url = options_->card_url.empty() ? (is_card ? target_ : a2a::card_url(target_))
                                        : target_.resolve(options_->card_url).value_or(target_);
  auto response = co_await fetch_card(run, url);
  if (run.good() && response.status == 404 && options_->card_url.empty() && !is_card) {
    url = a2a::old_card_url(target_);
    response = co_await fetch_card(run, url);
  }
  if (!run.good() || a2a::judge_authorization(response.status, run.step, run.result)) co_return;
  if (response.status != 200) {
    run.fail(response.status == 404 ? Reason::a2a_card : Reason::status,
             "HTTP status " + std::to_string(response.status));
    co_return;
  }
  auto reading = a2a::read_card(response.body, options_->wanted);
  if (!reading.endpoint) {
    run.fail(reading.version_mismatch ? Reason::a2a_version : Reason::a2a_card, reading.problem);
    co_return;
  }
  auto const where = http::Url::parse(reading.endpoint->url);
  if (!where) {
    run.fail(Reason::a2a_card, "the URL of the card's interface is not usable");
    co_return;
  }
  if (url.tls && !where->tls && !options_->headers.empty()) {
    run.fail(Reason::a2a_card, "the card was read by https, its interface is http; headers are not sent there");
    co_return;
  }
  if (run.attempt.explains() && reading.streaming) {
    run.attempt.note(*reading.streaming ? "card: the agent streams" : "card: the agent does not stream");
  }
  run.trusted = true;
  run.endpoint = std::move(reading.endpoint);
  endpoint_ = run.endpoint;
  discovered_ = Clock::now();
}

awaitable<void> A2aProbe::ask_unknown_task(Run& run) {
  auto const id = std::to_string(++requests_);
  auto request = a2a::get_task_request(*run.endpoint, id, a2a::random_uuid());
  auto const response = co_await exchange(run, std::move(*request));
  auto const reading = a2a::read_task(run.endpoint->binding, response.body, id);
  a2a::judge_unknown_task(reading, response.status, run.result);
}

awaitable<void> A2aProbe::send(Run& run) {
  auto const id = std::to_string(++requests_);
  a2a::TextMessage const message{"slo-prober-" + run.attempt.trace.trace_id(), options_->text,
                                 options_->blocking};
  auto request = a2a::send_request(*run.endpoint, id, message, false);
  run.sent = Clock::now();
  auto const response = co_await exchange(run, std::move(*request));
  auto const latency = Clock::now() - run.sent;
  auto const reading = a2a::read_answer(run.endpoint->binding, response.body, id);
  a2a::judge_answer(reading, response.status, run.step, run.result);
  if (!run.good()) co_return;
  if (reading.answer == a2a::Answer::working) {
    if (options_->until_completed || options_->reply.any()) co_await poll(run, reading.task_id);
  } else {
    run.result.facts.set(a2a::facts::task_duration, std::chrono::duration<double>(latency).count());
    a2a::judge_reply(reading.text, options_->reply, run.step, run.result);
  }
  if (run.good()) run.result.a2a_latency = latency;
}

awaitable<void> A2aProbe::poll(Run& run, std::string task_id) {
  if (task_id.empty()) {
    run.fail(Reason::a2a_answer, "the task has no id");
    co_return;
  }
  run.step = "poll";
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int polls = 1;; ++polls) {
    timer.expires_at(std::min(Clock::now() + options_->poll_interval, run.attempt.deadline.when()));
    co_await timer.async_wait(asio::use_awaitable);
    if (run.attempt.deadline.expired()) {
      run.fail(Reason::timeout, "timed out: the task is still under way");
      co_return;
    }
    auto const id = std::to_string(++requests_);
    auto request = a2a::get_task_request(*run.endpoint, id, task_id);
    run.result.facts.set(a2a::facts::polls, polls);
    auto const response = co_await exchange(run, std::move(*request));
    auto const reading = a2a::read_task(run.endpoint->binding, response.body, id);
    if (reading.answer == a2a::Answer::error && reading.error_code == a2a::task_not_found) {
      run.result.facts.set(a2a::facts::error_code, static_cast<double>(reading.error_code));
      run.fail(Reason::a2a_task, "the agent does not know the task that it gave: " + reading.detail);
      co_return;
    }
    a2a::judge_answer(reading, response.status, run.step, run.result);
    if (!run.good()) co_return;
    if (reading.answer == a2a::Answer::working) continue;
    run.result.facts.set(a2a::facts::task_duration,
                         std::chrono::duration<double>(Clock::now() - run.sent).count());
    a2a::judge_reply(reading.text, options_->reply, run.step, run.result);
    co_return;
  }
}

awaitable<void> A2aProbe::stream(Run& run) {
  auto const id = std::to_string(++requests_);
  a2a::TextMessage const message{"slo-prober-" + run.attempt.trace.trace_id(), options_->text, true};
  auto request = a2a::send_request(*run.endpoint, id, message, true);
  run.sent = Clock::now();
  a2a::StreamedAnswer answer(run.endpoint->binding, id, run.sent, options_->body_size_limit);
  request->on_head = [&answer](const http::Response& response) {
    answer.head(response.status, response.header("Content-Type"));
  };
  request->on_body = [&answer](std::string_view bytes) { return answer.take(bytes, Clock::now()); };
  std::optional<http::FailureKind> cut;
  try {
    co_await exchange(run, std::move(*request));
  } catch (const http::Failure& failure) {
    if (!answer.is_stream()) throw;
    cut = failure.kind;
    run.result.facts.set(a2a::facts::http_status_code, answer.http_status());
  }
  answer.end(Clock::now());
  if (cut == http::FailureKind::timeout && !answer.events().decided()) {
    run.fail(Reason::timeout, "timed out: the stream, " + answer.events().describe());
  }
  answer.judge(options_->reply, run.result);
  if (run.attempt.explains() && answer.is_stream())
    run.attempt.note("stream: ended " + answer.events().describe());
  if (run.good()) run.result.a2a_latency = answer.events().time_to_first_event();
}

awaitable<ProbeResult> A2aProbe::attempt(Attempt attempt) {
  Run run{attempt, {}, "card", std::nullopt, {}, true};
  bool const fresh = endpoint_ && Clock::now() - discovered_ < options_->discovery_interval;
  if (fresh && options_->mode != A2aOptions::Mode::card) run.endpoint = endpoint_;
  try {
    if (!run.endpoint) co_await discover(run);
    if (run.endpoint) {
      auto const& endpoint = *run.endpoint;
      std::vector<std::pair<std::string, std::string>> labels{
          {"binding", std::string(to_string(endpoint.binding))},
          {"version", std::string(to_string(endpoint.version))}};
      run.result.facts.set(a2a::facts::protocol_info, std::move(labels), 1);
      switch (options_->mode) {
        case A2aOptions::Mode::card:
          break;
        case A2aOptions::Mode::task:
          run.step = "task";
          co_await ask_unknown_task(run);
          break;
        case A2aOptions::Mode::send:
          run.step = "send";
          co_await send(run);
          break;
        case A2aOptions::Mode::stream:
          run.step = "stream";
          co_await stream(run);
          break;
      }
    }
  } catch (const http::Failure& failure) {
    run.fail(reason_of(failure.kind), failure.what());
  }
  if (!run.good()) endpoint_.reset();
  co_return std::move(run.result);
}

}  // namespace fleet::probers
