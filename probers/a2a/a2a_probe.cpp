#include "probers/a2a/a2a_probe.hpp"

#include "probers/http/http_probe.hpp"

namespace fleet::probers {

namespace {

void set_bad(ProbeResult& result, Reason reason, std::string step, std::string detail) {
  result.outcome = Outcome::bad;
  result.reason = reason;
  result.step = std::move(step);
  result.detail = std::move(detail);
}

}  // namespace

void judge(const a2a::AnswerReading& reading, int http_status, ProbeResult& result) {
  switch (reading.answer) {
    case a2a::Answer::message:
    case a2a::Answer::completed:
    case a2a::Answer::working:  // accepted and under way: the agent answered as the protocol asks
      return;
    case a2a::Answer::interrupted:
      return set_bad(result, Reason::a2a_interrupted, "answer", reading.detail);
    case a2a::Answer::failed:
      return set_bad(result, Reason::a2a_state, "answer", reading.detail);
    case a2a::Answer::error:
      return set_bad(result, Reason::a2a_error, "answer", reading.detail);
    case a2a::Answer::invalid:
      break;
  }
  // Errors of the protocol come with 200 or 4xx/5xx; where the body says nothing, the status does.
  if (http_status < 200 || http_status > 299) {
    return set_bad(result, Reason::status, "answer", "HTTP status " + std::to_string(http_status));
  }
  set_bad(result, Reason::a2a_answer, "answer", reading.detail);
}

A2aProbe::A2aProbe(std::shared_ptr<http::Client> client, http::Url base, A2aOptions options)
    : client_(std::move(client)),
      base_(std::move(base)),
      options_(std::move(options)),
      sender_("slo-prober-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count())) {}

awaitable<bool> A2aProbe::discover(Deadline deadline, ProbeResult& result) {
  http::Request request;
  request.headers.emplace_back("A2A-Version", "1.0");
  request.headers.emplace_back("Accept", "application/json");
  request.url = base_;
  request.url.target = "/.well-known/agent-card.json";
  auto response = co_await client_->send(request, deadline);
  add_phases(result.phases, response.phases);
  if (response.status == 404) {
    request.url.target = "/.well-known/agent.json";
    response = co_await client_->send(request, deadline);
    add_phases(result.phases, response.phases);
  }
  result.http_status = response.status;
  if (response.status != 200) {
    set_bad(result, Reason::a2a_card, "card", "HTTP status " + std::to_string(response.status));
    co_return false;
  }
  auto reading = a2a::read_card(response.body);
  if (!reading.endpoint) {
    set_bad(result, reading.version_mismatch ? Reason::a2a_version : Reason::a2a_card, "card", reading.problem);
    co_return false;
  }
  endpoint_ = std::move(reading.endpoint);
  discovered_ = Deadline::Clock::now();
  co_return true;
}

awaitable<void> A2aProbe::send(Deadline deadline, ProbeResult& result) {
  auto const endpoint = *endpoint_;  // a second attempt may discover meanwhile
  auto const id = std::to_string(++sent_);
  http::Request request;
  auto url = http::Url::parse(endpoint.url);
  if (!url) {
    set_bad(result, Reason::a2a_card, "card", "the card's url is not usable");
    co_return;
  }
  request.method = "POST";
  request.url = std::move(*url);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", "application/json");
  if (endpoint.version == a2a::Version::v1_0) request.headers.emplace_back("A2A-Version", "1.0");
  request.body = a2a::send_request(endpoint, id, sender_ + "-" + id, options_.text);

  auto const response = co_await client_->send(request, deadline);
  add_phases(result.phases, response.phases);
  result.http_status = response.status;
  if (response.earliest_certificate_expiry) {
    result.certificate_expiry_unix =
        static_cast<double>(response.earliest_certificate_expiry->time_since_epoch().count());
  }
  judge(a2a::read_answer(response.body, id), response.status, result);
  if (result.outcome == Outcome::good) result.a2a_latency = response.phases.total();
}

awaitable<ProbeResult> A2aProbe::attempt(Deadline deadline) {
  ProbeResult result;
  std::string step = "card";
  try {
    bool const fresh = endpoint_ && Deadline::Clock::now() - discovered_ < options_.discovery_interval;
    bool const known = fresh || co_await discover(deadline, result);
    if (known) {
      step = "send";
      co_await send(deadline, result);
    }
  } catch (const http::Failure& failure) {
    add_phases(result.phases, failure.phases);
    set_bad(result, reason_of(failure.kind), step + "/" + std::string(http::to_string(failure.step)),
            failure.what());
  }
  if (result.outcome != Outcome::good) endpoint_.reset();
  co_return result;
}

}  // namespace fleet::probers
