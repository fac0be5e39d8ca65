// `status:` as it is read, and when maintenance is.
#include "probers/status/status_config.hpp"

#include <catch2/catch.hpp>

#include "core/config/date_time.hpp"
#include "probers/slo_prober/config.hpp"

using namespace fleet;
using namespace fleet::probers::status;
using namespace std::chrono_literals;

namespace {

std::chrono::sys_seconds at(std::string_view text) { return config::parse_date_time(text).value(); }

StatusConfig read(const std::string& text) {
  return read_status(config::Document::parse(text, "f.yml").root(), {"web", "agents"});
}

std::string next_of(const Maintenance& maintenance, std::string_view now, int days = 40) {
  auto const span = maintenance.next(at(now), std::chrono::days(days));
  if (!span) return "none";
  return std::to_string((span->begin - at(now)) / 1min) + " to " + std::to_string((span->end - at(now)) / 1min);
}

}  // namespace

TEST_CASE("everything that the section may hold is read") {
  auto const config = read(
      "title: LegalLLM\nutc_offset: '+10:00'\nrefresh: 2s\ntimeout: 4s\nannounce_after: 1m\npublic_url: "
      "https://s.example/\n"
      "incidents: {sev: '1', env: prod}\n"
      "prometheus: {url: 'https://p:9090/prefix', basic_auth: {username: u, password: hunter2}}\n"
      "alertmanager: {url: 'http://a:9093'}\n"
      "services:\n- {name: Workspace, description: d, probes: [web], objectives: [o], alerts: [{component: "
      "web}]}\n"
      "- {name: Inner, public: false, probes: [agents]}\n"
      "maintenance:\n- {title: Move, from: '2026-12-06T02:00:00+10:00', to: '2026-12-06T04:00:00+10:00', "
      "services: [Workspace]}\n");
  CHECK(config.title == "LegalLLM");
  CHECK(config.utc_offset == 10h);
  CHECK(config.refresh == 2s);
  CHECK(config.announce_after == 1min);
  CHECK(config.incidents == LabelSet{{"env", "prod"}, {"sev", "1"}});
  REQUIRE(config.prometheus);
  CHECK(config.prometheus->shown() == "https://p:9090");
  CHECK(config.prometheus->url.target == "/prefix");
  REQUIRE(config.prometheus->headers.size() == 1);
  CHECK(config.prometheus->headers[0].second.reveal() == "Basic dTpodW50ZXIy");
  REQUIRE(config.services.size() == 2);
  CHECK(config.services[0].alerts.at(0).at("component") == "web");
  CHECK_FALSE(config.services[1].is_public);
  REQUIRE(config.maintenance.size() == 1);
  CHECK(config.maintenance[0].covers("Workspace"));
  CHECK_FALSE(config.maintenance[0].covers("Inner"));
  CHECK(next_of(config.maintenance[0], "2026-12-05T15:00:00Z") == "60 to 180");
}

TEST_CASE("without the section there are pages all the same, and the file's vantage is theirs") {
  auto const fleet = probers::read_fleet(
      config::Document::parse("vantage: sydney\nprobes:\n- {name: web, type: icmp, targets: [h]}\n", "f.yml"));
  CHECK(fleet.status_pages.vantage == "sydney");
  CHECK(fleet.status_pages.services.empty());
  CHECK_FALSE(fleet.status_pages.prometheus);
}

TEST_CASE("the runbook's windows: first Sundays, on a clock ten hours from UTC") {
  auto const config = read(
      "utc_offset: '+10:00'\nmaintenance:\n- title: Monthly\n  every: {weekdays: [sun], days_of_month: [1, 7], "
      "from: '02:00', to: '04:00'}\n"
      "- title: Quarterly\n  every: {weekdays: [sun], days_of_month: [1, 7], months: [january, April], from: "
      "'01:00', to: '05:00'}\n");
  auto const& monthly = config.maintenance.at(0);
  // 2026-12-06 is a Sunday: 02:00 there is 16:00 UTC of the day before.
  CHECK(next_of(monthly, "2026-12-05T15:59:00Z") == "1 to 121");
  CHECK(next_of(monthly, "2026-12-05T16:00:00Z") == "0 to 120");
  CHECK(next_of(monthly, "2026-12-05T17:59:00Z") == "-119 to 1");
  CHECK(monthly.next(at("2026-12-05T18:00:00Z"), std::chrono::days(40))->begin == at("2027-01-02T16:00:00Z"));
  CHECK(next_of(monthly, "2026-12-05T18:00:00Z", 7) == "none");
  CHECK(config.maintenance.at(1).next(at("2026-12-01T00:00:00Z"), std::chrono::days(40))->begin ==
        at("2027-01-02T15:00:00Z"));
}

TEST_CASE("a window over midnight is of the day on which it began, and once is once") {
  Maintenance nightly;
  nightly.recurrence = {.weekdays = 1U << 1, .from = 23 * 60, .to = 60};  // Monday
  CHECK(next_of(nightly, "2026-11-30T22:00:00Z") == "60 to 180");
  CHECK(next_of(nightly, "2026-12-01T00:30:00Z") == "-90 to 30");
  CHECK(next_of(nightly, "2026-12-01T01:00:00Z", 6) == "none");
  Maintenance once;
  once.once = Span{at("2026-12-01T00:00:00Z"), at("2026-12-01T01:00:00Z")};
  CHECK(next_of(once, "2026-12-01T00:30:00Z") == "-30 to 30");
  CHECK(next_of(once, "2026-12-01T01:00:00Z") == "none");
  CHECK(next_of(once, "2026-10-01T00:00:00Z") == "none");
}
