#include "tests/probers/site_with_agent.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

namespace fleet::testing {

using namespace std::chrono_literals;

namespace {

awaitable<web::Response> answer(web::Response response) { co_return response; }

/// An agent that answers every message at once; the card names its own address.
web::Response agent_card(const std::string& address) {
  web::Response card;
  card.content_type = "application/json";
  card.body = R"({"name":"agent","protocolVersion":"0.3.0","url":"http://)" + address + R"(/a2a"})";
  return card;
}

web::Response agent_answer(const web::Request& request) {
  web::Response response;
  response.content_type = "application/json";
  auto const id = boost::json::parse(request.body).at("id");
  response.body =
      R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(id) +
      R"(,"result":{"kind":"message","messageId":"m","role":"agent","parts":[{"kind":"text","text":"pong"}]}})";
  return response;
}

}  // namespace

SiteWithAgent::SiteWithAgent() : server_(io_) {
  web::Response page;
  page.body = "LegalLLM";
  server_.route("GET", "/healthz", [page](const web::Request&) { return answer(page); });
  server_.route("GET", "/stalls", [this](const web::Request&) { return stall(this); });
  server_.route("POST", "/a2a", [](const web::Request& request) { return answer(agent_answer(request)); });
  server_.listen("127.0.0.1:0");
  address_ = server_.addresses().at(0);
  server_.route("GET", "/.well-known/agent-card.json",
                [this](const web::Request&) { return answer(agent_card(address_)); });
  thread_ = std::thread([this] { io_.run(); });
}

SiteWithAgent::~SiteWithAgent() {
  io_.stop();
  thread_.join();
}

awaitable<web::Response> SiteWithAgent::stall(SiteWithAgent* site) {
  if (site->first_ == Clock::time_point()) site->first_ = Clock::now();
  auto const since = Clock::now() - site->first_;
  if (since >= 500ms && since < 1500ms) {
    asio::steady_timer timer(site->io_, site->first_ + 1500ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return web::Response();
}

}  // namespace fleet::testing
