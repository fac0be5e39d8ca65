#include "tests/probers/status/watched_system.hpp"

#include <boost/json.hpp>

#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {

namespace json = boost::json;

namespace {

constexpr auto rules = R"(groups:
- name: objectives
  rules:
  - {record: "slo:objective:ratio", expr: vector(0.99), labels: {sloth_service: s, sloth_slo: workspace}}
  - {record: "slo:period_error_budget_remaining:ratio", expr: vector(0.75), labels: {sloth_service: s, sloth_slo: workspace}}
  - {record: "slo:current_burn_rate:ratio", expr: vector(1.5), labels: {sloth_service: s, sloth_slo: workspace}}
  - {record: "slo:time_period:days", expr: vector(30), labels: {sloth_service: s, sloth_slo: workspace}}
  - {record: "slo:sli_error:ratio_rate1d", expr: vector(0.25), labels: {sloth_service: s, sloth_slo: workspace}}
- name: alerts
  rules:
  - alert: InternalAlertName
    expr: min by (probe) (probe_success) == 0
    labels: {sev: "1", component: web}
    annotations: {summary: The workspace fails., runbook_url: "https://runbooks.example/x"}
)";

awaitable<web::Response> empty_answer(int status) {
  web::Response response;
  response.status = status;
  co_return response;
}

std::string_view text_of(const json::value& value) {
  auto const& text = value.as_string();
  return {text.data(), text.size()};
}

}  // namespace

Site::Site() {
  server_.route("GET", "/", [this](const web::Request&) { return empty_answer(well_ ? 200 : 503); });
  server_.listen("127.0.0.1:0");
  address_ = server_.addresses().at(0);
  thread_ = std::thread([this] { io_.run(); });
}

Site::~Site() {
  io_.stop();
  thread_.join();
}

WatchedSystem::WatchedSystem(const Site& site) {
  write_files(site);
  start_prometheus();
  start_alertmanager();
  prober_ = start({FLEET_BIN_DIR "/slo_prober", "--config.file=" + path("prober.yml"),
                   "--web.listen-address=127.0.0.1:" + std::to_string(port)});
}

void WatchedSystem::write_files(const Site& site) const {
  directory_.write(
      "prober.yml",
      "vantage: point-7\nprobes:\n- name: front-door\n  type: http\n  interval: 100ms\n  targets: [{name: "
      "home, url: 'http://" +
          site.address() + "/'}]\nstatus:\n  title: LegalLLM\n  announce_after: 0s\n  refresh: 200ms\n" +
          "  prometheus: {url: 'http://127.0.0.1:" + prometheus_port +
          "'}\n  alertmanager: {url: 'http://127.0.0.1:" + alertmanager_port + "'}\n  services:\n" +
          "  - {name: Workspace, probes: [front-door], objectives: [workspace], alerts: [{component: web}]}\n");
  directory_.write("rules.yml", rules);
  directory_.write("alertmanager.yml",
                   "route: {receiver: nobody, group_wait: 0s}\nreceivers: [{name: nobody}]\n");
  directory_.write(
      "prometheus.yml",
      "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: [rules.yml]\n"
      "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:" +
          alertmanager_port +
          "']}]}]}\nscrape_configs: [{job_name: slo-prober, static_configs: [{targets: ['127.0.0.1:" +
          std::to_string(port) + "']}]}]\n");
}

std::unique_ptr<Process> WatchedSystem::start(std::vector<std::string> command) const {
  Launch launch;
  launch.command = std::move(command);
  launch.output = directory_.path() / "log";
  return std::make_unique<Process>(launch);
}

void WatchedSystem::start_prometheus() {
  prometheus_ =
      start({"prometheus", "--config.file=" + path("prometheus.yml"), "--storage.tsdb.path=" + path("tsdb"),
             "--rules.alert.resend-delay=1s", "--web.listen-address=127.0.0.1:" + prometheus_port});
}

void WatchedSystem::start_alertmanager() {
  alertmanager_ = start({"prometheus-alertmanager", "--config.file=" + path("alertmanager.yml"),
                         "--storage.path=" + path("am"),
                         "--cluster.listen-address=", "--web.listen-address=127.0.0.1:" + alertmanager_port});
}

std::string WatchedSystem::body(const std::string& path) const { return http_get(port, path).body; }

bool WatchedSystem::comes(const std::function<bool(const json::object&)>& condition) const {
  return wait_until(
      [&] {
        try {
          auto const all = json::parse(body("/status.json"));
          return condition(all.as_object());
        } catch (const std::exception&) {
          return false;
        }
      },
      std::chrono::seconds(60));
}

bool target_is(const json::object& all, std::string_view state) {
  return text_of(all.at("targets").as_array().at(0).as_object().at("state")) == state;
}

bool source_is(const json::object& all, std::string_view source, std::string_view state) {
  return text_of(all.at("sources").as_object().at(source).as_object().at("state")) == state;
}

std::string alert_state(const json::object& all) {
  for (auto const& item : all.at("alerts").as_array()) {
    auto const& alert = item.as_object();
    if (text_of(alert.at("labels").as_object().at("alertname")) == "InternalAlertName")
      return std::string(text_of(alert.at("state")));
  }
  return "none";
}

}  // namespace fleet::testing
