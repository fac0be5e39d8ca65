// A well-behaved web site for tests: a page, a compliance dashboard, and an A2A agent. usage: fault_site PORT
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/web/server.hpp"
#include "demo/a2a_answers.hpp"

namespace fleet {
namespace {

awaitable<web::Response> give(web::Response response) { co_return response; }

web::Response page(std::string type, std::string body) {
  web::Response response;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

constexpr const char* dashboard =
    R"({"status": "compliant", "last_check_unix": 1700000000, "checks_total": 7, "frameworks": [
        {"name": "privacy_act_1988", "status": "compliant", "open_violations": 0}]})";

void serve(const std::string& port) {
  asio::io_context io(1);
  web::Server server(io);
  auto const& agent = demo::roster()[0];
  auto const answers = std::make_shared<demo::A2aAnswers>(agent, 1);
  server.route("GET", "/healthz", [](const web::Request&) { return give(page("text/plain", "LegalLLM")); });
  server.route("GET", "/api/compliance/dashboard",
               [](const web::Request&) { return give(page("application/json", dashboard)); });
  server.route("GET", "/.well-known/agent-card.json", [&agent](const web::Request& request) {
    auto const form = demo::card_form(agent, request.header("A2A-Version"));
    // Where it was asked, which may be a relay.
    auto const url = "http://" + std::string(request.header("Host")) + "/";
    return give(page("application/json", demo::agent_card(agent, form, url)));
  });
  server.route("POST", "/", [answers](const web::Request& request) {
    return give(page("application/json", answers->answer(request.body, request.header("A2A-Version"))));
  });
  server.listen("127.0.0.1:" + port);
  io.run();
}

}  // namespace
}  // namespace fleet

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  try {
    fleet::serve(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_site: %s\n", error.what());
    return 1;
  }
}
