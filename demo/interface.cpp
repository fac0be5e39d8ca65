#include "demo/interface.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/app/build_info.hpp"
#include "core/metrics/exposition.hpp"
#include "core/metrics/process.hpp"
#include "demo/pause.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

namespace {

web::Response html(std::string_view title, std::string_view content) {
  web::Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = "<!doctype html><html lang=\"en-AU\"><head><meta charset=\"utf-8\"><title>" +
                  std::string(title) +
                  "</title></head><body><nav><a href=\"/\">Home</a> <a href=\"/matters\">Matters</a> "
                  "<a href=\"/login\">Sign in</a></nav><h1>" +
                  std::string(title) + "</h1>" + std::string(content) + "</body></html>\n";
  return response;
}

}  // namespace

UnifiedInterface::UnifiedInterface(asio::io_context& io, std::string address, std::vector<HealthCheck> checks,
                                   Faults& faults, Instruments& instruments)
    : faults_(faults),
      instruments_(instruments),
      checks_(std::move(checks)),
      server_(io, std::move(address), [this](web::Server& server) { configure(server); }) {
  faults_.watch([this](std::string_view name) {
    if (name != "interface-down" || !started_) return;
    if (faults_.interface_down()) {
      server_.kill();
    } else {
      server_.start();
    }
  });
}

void UnifiedInterface::start() {
  server_.start();
  started_ = true;
}

void UnifiedInterface::stop() {
  started_ = false;
  server_.stop();
}

bool UnifiedInterface::healthy() const {
  return std::all_of(checks_.begin(), checks_.end(), [](const HealthCheck& check) { return check.good(); });
}

void UnifiedInterface::configure(web::Server& server) {
  add_page(server, "/healthz", &UnifiedInterface::health);
  add_page(server, "/metrics", &UnifiedInterface::metrics);
  add_page(server, "/", &UnifiedInterface::front);
  add_page(server, "/login", &UnifiedInterface::login);
  add_page(server, "/matters", &UnifiedInterface::matters);
  server.route("POST", "/login", [this](const web::Request&) {
    web::Response response;
    response.status = 303;
    response.headers.emplace_back("Location", "/matters");
    return serve(this, "/login", std::move(response));
  });
}

void UnifiedInterface::add_page(web::Server& server, std::string path,
                                web::Response (UnifiedInterface::*page)(const web::Request&)) {
  server.route("GET", path, [this, path, page](const web::Request& request) {
    return serve(this, path, (this->*page)(request));
  });
}

awaitable<web::Response> UnifiedInterface::serve(UnifiedInterface* self, std::string path,
                                                 web::Response response) {
  auto const begun = std::chrono::steady_clock::now();
  // Pages take a little time, as rendering them would; health and metrics answer at once.
  if (path != "/healthz" && path != "/metrics") co_await pause(3ms);
  Instruments::LabelList const labels{{"path", path}, {"code", std::to_string(response.status)}};
  self->instruments_.counter("legalllm_requests_total", "Requests to the unified interface.", labels).add();
  Instruments::LabelList const path_only{{"path", path}};
  self->instruments_
      .histogram("legalllm_request_duration_seconds", "Time to answer a request to the unified interface.",
                 latency_bounds(), path_only)
      .observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  co_return response;
}

web::Response UnifiedInterface::health(const web::Request&) {
  boost::json::object checks;
  for (auto const& check : checks_) checks[check.name] = check.good();
  boost::json::object body;
  body["status"] = healthy() ? "ok" : "degraded";
  body["checks"] = std::move(checks);
  web::Response response;
  response.content_type = "application/json";
  response.body = boost::json::serialize(body);
  return response;
}

web::Response UnifiedInterface::metrics(const web::Request& request) {
  Families page;
  instruments_.collect(page);
  auto& health = page.gauge("legalllm_dependency_up", "Whether the interface reaches what it needs.");
  for (auto const& check : checks_) health.add({{"dependency", check.name}}, check.good() ? 1 : 0);
  app::add_build_info("legalllm", page);
  add_process_metrics(page);
  auto const format = negotiate(request.header("Accept"));
  web::Response response;
  response.content_type = content_type(format);
  response.body = Exposition::render(page, format);
  return response;
}

web::Response UnifiedInterface::front(const web::Request&) {
  return html("LegalLLM Professional",
              healthy() ? "<p>All services are available.</p>" : "<p>Some services are not available.</p>");
}

web::Response UnifiedInterface::login(const web::Request&) {
  return html("Sign in",
              "<form method=\"post\" action=\"/login\"><label>Name <input name=\"name\"></label> "
              "<label>Password <input "
              "name=\"password\" type=\"password\"></label> <button>Sign in</button></form>");
}

web::Response UnifiedInterface::matters(const web::Request&) {
  return html(
      "Matters",
      "<table><tr><th>Matter</th><th>Next step</th></tr><tr><td>Property settlement</td><td>Form 13 (Financial "
      "Statement)</td></tr><tr><td>Parenting</td><td>Affidavit</td></tr></table>");
}

}  // namespace fleet::demo
