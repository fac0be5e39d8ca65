#include "probers/grpc/grpc_probe.hpp"

#include <algorithm>

#include "probers/connection_options.hpp"
#include "probers/grpc/grpc_message.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;

constexpr std::size_t largest_answer = 64 * 1024;
constexpr std::size_t longest_message = 200;

/// For a detail: one line, printable, not endless. It is what the server says of its failure, not a body.
std::string shown_message(std::string_view encoded) {
  auto message = grpc::decode_percent(encoded.substr(0, longest_message));
  std::ranges::replace_if(
      message, [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return message.empty() ? message : ": " + message;
}

void set_health(Facts& facts, std::optional<grpc::ServingStatus> given) {
  using grpc::ServingStatus;
  for (auto const one : {ServingStatus::unknown, ServingStatus::serving, ServingStatus::not_serving,
                         ServingStatus::service_unknown}) {
    facts.set(grpc_health, {{"serving_status", grpc::serving_status_name(one)}}, given == one ? 1 : 0);
  }
}

void learn_peer(const http::Peer& peer, std::chrono::nanoseconds lookup, ProbeResult& result) {
  if (peer.address) add_address_facts(result.facts, *peer.address, lookup);
  if (peer.tls) add_tls_facts(result.facts, *peer.tls, false);
  result.facts.set(grpc_ssl, peer.tls ? 1 : 0);
}

}  // namespace

CheckAnswer answer_of(const http::Response& response) {
  CheckAnswer answer;
  answer.http_status = response.status;
  answer.content_type = response.header("content-type");
  answer.body = response.body;
  for (auto const* fields : {&response.headers, &response.trailers}) {
    for (auto const& [name, value] : *fields) {
      if (name == "grpc-status") answer.status = value;
      if (name == "grpc-message") answer.message = value;
    }
  }
  return answer;
}

void judge_check(const CheckAnswer& answer, ProbeResult& result) {
  set_health(result.facts, std::nullopt);
  if (!answer.status) {
    bool const cut_short = answer.http_status == 200 && answer.content_type.starts_with("application/grpc");
    result.facts.set(grpc_status_code,
                     cut_short ? grpc::status::internal : grpc::status_of_http(answer.http_status));
    result.fail(Reason::protocol, "check",
                cut_short ? "the response ends without a grpc-status"
                          : "not gRPC: HTTP status " + std::to_string(answer.http_status));
    return;
  }
  auto const code = grpc::parse_status(*answer.status).value_or(grpc::status::unknown);
  result.facts.set(grpc_status_code, code);
  if (code != grpc::status::ok) {
    auto const reason = code == grpc::status::deadline_exceeded ? Reason::timeout : Reason::grpc_status;
    result.fail(reason, "check", "gRPC status " + grpc::status_name(code) + shown_message(answer.message));
    return;
  }
  try {
    auto const serving = grpc::decode_health_response(answer.body);
    set_health(result.facts, serving);
    if (serving != grpc::ServingStatus::serving) {
      result.fail(Reason::not_serving, "check", "serving status " + grpc::serving_status_name(serving));
    }
  } catch (const grpc::Malformed& malformed) {
    // What a client of gRPC makes of it, whatever the server thought.
    result.facts.set(grpc_status_code, grpc::status::internal);
    result.fail(Reason::protocol, "check", std::string("not a HealthCheckResponse: ") + malformed.what());
  }
}

GrpcProbe::GrpcProbe(std::string host, std::string port, std::string hostname,
                     std::shared_ptr<const GrpcOptions> options, std::shared_ptr<http::Client> client)
    : host_(std::move(host)),
      port_(std::move(port)),
      hostname_(std::move(hostname)),
      options_(std::move(options)),
      client_(std::move(client)) {}

http::Request GrpcProbe::request(const Attempt& attempt) const {
  http::Request request;
  request.method = "POST";
  request.url.tls = options_->tls;
  request.url.host = host_;
  request.url.port = port_;
  request.url.target = "/grpc.health.v1.Health/Check";
  request.headers = {{"content-type", "application/grpc"},
                     {"te", "trailers"},
                     {"grpc-timeout", grpc::timeout_header(attempt.deadline.remaining())},
                     {"traceparent", attempt.traceparent()}};
  if (!hostname_.empty()) request.headers.emplace_back("host", hostname_);
  request.headers.insert(request.headers.end(), options_->metadata.begin(), options_->metadata.end());
  request.body = grpc::health_request(options_->service);
  request.max_body_bytes = largest_answer;
  return request;
}

awaitable<ProbeResult> GrpcProbe::attempt(Attempt attempt) {
  auto const client = client_;
  ProbeResult result;
  result.phase_kind = &grpc_duration;
  auto const begin = Clock::now();
  auto const add_phases = [&](const http::Phases& phases) {
    add_phase(result.phases, "resolve", phases.resolve);
    add_phase(result.phases, "check", Clock::now() - begin - phases.resolve);
  };
  auto asked = request(attempt);
  if (attempt.explains()) {
    attempt.note("asking " + asked.url.authority() + (options_->tls ? " with TLS" : " without TLS") +
                 " for service \"" + options_->service + "\"");
  }
  // The name in tls_config is the operator's own choice and goes before that of the target.
  auto const server_name = options_->client.tls.server_name.empty() ? hostname_ : std::string();
  try {
    auto const response = co_await client->send(std::move(asked), attempt.deadline, server_name);
    add_phases(response.phases);
    learn_peer(response.peer, response.phases.resolve, result);
    auto const answer = answer_of(response);
    if (attempt.explains()) {
      attempt.note("HTTP status " + std::to_string(response.status) + ", grpc-status " +
                   answer.status.value_or("none") + ", " + std::to_string(response.body.size()) + " octets");
    }
    judge_check(answer, result);
  } catch (const http::Failure& failure) {
    add_phases(failure.phases);
    learn_peer(failure.peer, failure.phases.resolve, result);
    set_health(result.facts, std::nullopt);
    bool const timeout = failure.kind == http::FailureKind::timeout;
    result.facts.set(grpc_status_code, timeout ? grpc::status::deadline_exceeded : grpc::status::unavailable);
    result.fail(failure);
  }
  co_return result;
}

}  // namespace fleet::probers
