#include "demo/agents.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/app/logging.hpp"

namespace fleet::demo {

struct Agents::Agent {
  const AgentProfile* profile;
  std::string url;
  A2aAnswers answers;
  Counter& requests;
  RestartableServer server;
};

Agents::Agents(asio::io_context& io, const std::string& host, std::uint16_t base_port, std::uint64_t seed,
               Faults& faults, Instruments& instruments)
    : io_(io), faults_(faults), random_(seed) {
  for (std::size_t i = 0; i < roster().size(); ++i) {
    auto const& profile = roster()[i];
    auto const address = host + ":" + std::to_string(base_port + i);
    auto configure = [this, i](web::Server& server) {
      server.route("GET", "/.well-known/agent-card.json", [this, i](const web::Request& request) {
        auto const& agent = *agents_[i];
        return serve_page(card(agent, card_form(*agent.profile, request.header("A2A-Version"))));
      });
      server.route("GET", "/.well-known/agent.json",
                   [this, i](const web::Request&) { return serve_page(card(*agents_[i], CardForm::v0_2)); });
      server.route("POST", "/", [this, i](const web::Request& request) { return serve_rpc(this, i, request); });
    };
    auto& requests =
        instruments.counter("legalllm_agent_requests_total", "JSON-RPC requests over HTTP, by agent.",
                            {{"agent", std::string(profile.name)}});
    agents_.push_back(
        std::unique_ptr<Agent>(new Agent{&profile, "http://" + address + "/", A2aAnswers(profile, seed + i),
                                         requests, RestartableServer(io_, address, configure)}));
  }
  faults_.watch([this](std::string_view name) {
    if (name == "agent-down") apply_faults();
  });
}

Agents::~Agents() = default;

void Agents::start() {
  started_ = true;
  for (auto& agent : agents_) agent->server.start();
}

void Agents::stop() {
  started_ = false;
  for (auto& agent : agents_) agent->server.stop();
}

void Agents::apply_faults() {
  if (!started_) return;
  for (auto& agent : agents_) {
    if (faults_.agent_down(agent->profile->name)) {
      agent->server.kill();
    } else {
      agent->server.start();
    }
  }
}

std::string Agents::answer(std::size_t index, std::string_view request, std::string_view version) {
  return agents_[index]->answers.answer(request, version);
}

std::chrono::microseconds Agents::work_time(std::size_t index) {
  std::uniform_int_distribution<int> microseconds(1000, 8000);
  return std::chrono::microseconds(microseconds(random_)) + faults_.agent_delay(agents_[index]->profile->name);
}

std::size_t Agents::running() const {
  std::size_t count = 0;
  for (auto const& agent : agents_) count += agent->server.running() ? 1 : 0;
  return count;
}

web::Response Agents::card(const Agent& agent, CardForm form) const {
  web::Response response;
  response.content_type = "application/json";
  response.body = agent_card(*agent.profile, form, agent.url);
  response.headers.emplace_back("Vary", "A2A-Version");
  return response;
}

awaitable<web::Response> Agents::serve_page(web::Response response) { co_return response; }

awaitable<web::Response> Agents::serve_rpc(Agents* self, std::size_t index, const web::Request& request) {
  self->agents_[index]->requests.add();
  web::Response response;
  response.content_type = "application/json";
  if (!request.header("Content-Type").starts_with("application/json")) {
    response.status = 415;
    response.body =
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Content-Type: expected application/json"}})";
    co_return response;
  }
  asio::steady_timer work(co_await asio::this_coro::executor);
  work.expires_after(self->work_time(index));
  co_await work.async_wait(asio::use_awaitable);
  response.body = self->answer(index, request.body, request.header("A2A-Version"));
  co_return response;
}

}  // namespace fleet::demo
