// What Prometheus and Alertmanager answer, read and understood.
#include <catch2/catch.hpp>

#include "core/config/date_time.hpp"
#include "probers/status/alertmanager_api.hpp"
#include "probers/status/history.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::probers::status;
using namespace std::chrono_literals;

namespace {

std::chrono::sys_seconds at(std::string_view text) { return config::parse_date_time(text).value(); }
std::int64_t unix_of(std::string_view text) { return at(text).time_since_epoch().count(); }

constexpr auto one_alert =
    R"([{"annotations":{"summary":"s"},"endsAt":"2026-11-27T10:05:00.000Z","fingerprint":"f",
  "receivers":[{"name":"page"}],"startsAt":"2026-11-27T20:00:00.123+10:00",
  "status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},"updatedAt":"2026-11-27T10:01:00.000Z",
  "generatorURL":"http://p/","labels":{"alertname":"B","sev":"2"}},
 {"annotations":{},"startsAt":"2026-11-27T11:00:00Z","status":{"inhibitedBy":["x"],"silencedBy":["y"],"state":"suppressed"},
  "labels":{"alertname":"A","sev":"1"}},
 {"annotations":{},"startsAt":"2026-11-27T09:00:00Z","status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},
  "labels":{"alertname":"C"}}])";

StatusConfig one_service() {
  StatusConfig config;
  config.services.push_back({"Workspace", "", {"web", "a.b"}, {}, {LabelSet{{"component", "web"}}}, true});
  return config;
}

Series firing(std::vector<std::int64_t> instants, const std::string& component = "web") {
  Series series;
  series.labels = {{"alertname", "X"}, {"component", component}, {"sev", "1"}};
  for (auto const instant : instants) series.samples.emplace_back(instant, 1);
  return series;
}

}  // namespace

TEST_CASE("alerts: the severest first, with their state") {
  auto const alerts = read_alerts(one_alert);
  REQUIRE(alerts.size() == 3);
  CHECK(alerts[0].labels.at("alertname") == "A");
  CHECK((alerts[0].silenced && alerts[0].inhibited));
  CHECK(alerts[1].since == at("2026-11-27T10:00:00Z"));
  CHECK(alerts[1].active());
  CHECK(alerts[2].labels.at("alertname") == "C");
}

TEST_CASE("silences: those that are over are left out, matchers are written as PromQL has them") {
  auto const silences = read_silences(R"([
    {"id":"1","status":{"state":"active"},"createdBy":"kim","comment":"on it","startsAt":"2026-11-27T10:00:00.5Z",
     "endsAt":"2026-11-27T12:00:00Z","matchers":[{"name":"a","value":"x\"y","isRegex":false,"isEqual":true},
     {"name":"b","value":"c|d","isRegex":true,"isEqual":false}]},
    {"id":"2","status":{"state":"expired"},"createdBy":"","comment":"","startsAt":"2026-11-27T10:00:00Z",
     "endsAt":"2026-11-27T11:00:00Z","matchers":[]},
    {"id":"3","status":{"state":"pending"},"createdBy":"","comment":"","startsAt":"2026-11-28T10:00:00Z",
     "endsAt":"2026-11-28T11:00:00Z","matchers":[{"name":"a","value":"x","isRegex":false}]}])");
  REQUIRE(silences.size() == 2);
  CHECK(silences[0].matchers == "a=\"x\\\"y\", b!~\"c|d\"");
  CHECK(silences[0].author == "kim");
  CHECK(silences[0].end == at("2026-11-27T12:00:00Z"));
  CHECK(silences[1].pending);
  CHECK(silences[1].matchers == "a=\"x\"");
}

TEST_CASE("answers that are none are refused") {
  for (std::string const text :
       {"", "null", "{}", "<html>", "[1]", R"([{"labels":{"a":1}}])", R"([{"labels":{},"annotations":{},
       "startsAt":"yesterday","status":{"silencedBy":[],"inhibitedBy":[]}}])"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(read_alerts(text), BadAnswer);
    CHECK_THROWS_AS(read_silences(text), BadAnswer);
    CHECK_THROWS_AS(read_series(text), BadAnswer);
  }
  CHECK_THROWS_WITH(read_series(R"({"status":"error","errorType":"bad_data","error":"parse error"})"),
                    "parse error");
}

TEST_CASE("vectors and matrices; what is not a number has no sample") {
  auto const vector = read_series(R"({"status":"success","data":{"resultType":"vector","result":[
    {"metric":{"__name__":"x","a":"b"},"value":[1795773600.2,"0.5"]},{"metric":{},"value":[1795773600,"NaN"]}]}})");
  REQUIRE(vector.size() == 2);
  CHECK(vector[0].labels == LabelSet{{"__name__", "x"}, {"a", "b"}});
  CHECK(vector[0].samples == std::vector<std::pair<std::int64_t, double>>{{1795773600, 0.5}});
  CHECK(vector[1].samples.empty());
  auto const matrix = read_series(R"({"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{},"values":[[1,"1"],[2,"-Inf"],[3,"+Inf"]]}]}})");
  REQUIRE(matrix.at(0).samples.size() == 3);
  CHECK(matrix[0].samples[1].second < 0);
}

TEST_CASE("queries: texts are escaped, paths below the server's prefix, credentials in the header alone") {
  CHECK(promql_text("a\"b\\c\nd") == R"("a\"b\\c\nd")");
  CHECK(promql_any_of({"a.b", "c|d"}) == R"("a\\.b|c\\|d")");
  CHECK(incidents_query({{"sev", "1"}, {"x", "\""}}) ==
        R"(max_over_time(ALERTS{alertstate="firing", sev="1", x="\""}[120s]))");
  HttpServer server;
  server.url = *http::Url::parse("http://h:1/prefix/");
  server.headers.emplace_back("Authorization", config::Secret("Bearer t"));
  auto const request = instant_query(server, "a + b");
  CHECK(request.url.target == "/prefix/api/v1/query");
  CHECK(request.method == "POST");
  CHECK(request.body == "query=a+%2B+b");
}

TEST_CASE("objectives: the records of one objective together, the burn-down kept") {
  auto const record = [](const std::string& name, const std::string& objective, double value) {
    return Series{{{"__name__", name}, {"sloth_service", "s"}, {"sloth_slo", objective}}, {{1, value}}};
  };
  Objective former;
  former.service = "s";
  former.name = "b";
  former.burn_down = {{0, 1.0}, {1, 0.9}};
  auto const objectives = objectives_of(
      {record("slo:objective:ratio", "b", 0.999), record("slo:current_burn_rate:ratio", "b", 2),
       record("slo:period_error_budget_remaining:ratio", "b", 0.7), record("slo:objective:ratio", "a", 0.95),
       Series{{{"__name__", "slo:objective:ratio"}}, {{1, 1.0}}}},
      {former});
  REQUIRE(objectives.size() == 2);
  CHECK(objectives[0].name == "a");
  CHECK_FALSE(objectives[0].budget_left);
  CHECK(*objectives[1].budget_left == 0.7);
  CHECK(*objectives[1].burn_rate == 2);
  CHECK(objectives[1].burn_down.size() == 2);
}

TEST_CASE("days are those of the configured clock, and ninety of them are kept") {
  auto const offset = 10h;
  auto const now = unix_of("2026-11-27T20:00:00Z");  // the 28th, six o'clock there
  auto const midnight = last_midnight(now, offset);
  CHECK(midnight == unix_of("2026-11-27T14:00:00Z"));
  Series series;
  series.samples = {{midnight - 200 * day_seconds, 0.5}, {midnight - day_seconds, 0.25}, {midnight, 2.0}};
  Days days;
  add_days(days, {series}, offset);
  series.samples = {{now, 0.125}};
  add_today(days, {series}, now, offset);
  CHECK(days == Days{{std::chrono::year(2026) / 11 / 26, 0.25},
                     {std::chrono::year(2026) / 11 / 27, 1.0},
                     {std::chrono::year(2026) / 11 / 28, 0.125}});
}

TEST_CASE("a day is judged by the service's objective, else by its probes") {
  ServiceConfig service;
  CHECK(day_query(service).empty());
  service.probes = {"web", "a.b"};
  CHECK(day_query(service).find(R"(probe=~"web|a\\.b", result=~"bad")") != std::string::npos);
  service.objectives = {"o", "p"};
  CHECK(day_query(service).find("sloth_slo=\"o\"") != std::string::npos);
}

TEST_CASE("incidents: what is apart by ten minutes is one; of other components and severities there is none") {
  std::int64_t const now = 1'000'000 * incident_step;
  auto const ago = [&](std::int64_t steps) { return now - steps * incident_step; };
  auto const incidents = incidents_of({firing({ago(100), ago(99), ago(95), ago(50)}), firing({ago(98)}),
                                       firing({ago(10)}, "database"), firing({now})},
                                      one_service(), now);
  REQUIRE(incidents.size() == 3);
  CHECK(incidents[0].open);
  CHECK_FALSE(incidents[1].open);
  CHECK(incidents[1].begin.time_since_epoch().count() == ago(51));
  CHECK(incidents[2].begin.time_since_epoch().count() == ago(101));
  CHECK(incidents[2].end.time_since_epoch().count() == ago(95));
}

TEST_CASE("the alerts of now correct what samples say of now") {
  auto const config = one_service();
  Findings findings;
  Alert alert;
  alert.labels = {{"component", "web"}, {"sev", "1"}};
  alert.since = at("2026-11-27T10:00:30Z");
  alert.silenced = true;
  findings.alerts = {alert};
  findings.alertmanager.kind = Source::Kind::answering;
  note_beginnings(findings, config);
  auto current = current_incidents(findings, config);
  REQUIRE(current.size() == 1);
  CHECK(current[0].open);
  CHECK(current[0].begin == alert.since);
  // Prometheus' samples know it to within a step; the beginning stays what it was told to be, also when it is
  // over.
  findings.incidents = {{"Workspace", at("2026-11-27T10:00:00Z"), at("2026-11-27T10:04:00Z"), true}};
  CHECK(current_incidents(findings, config) ==
        std::vector<Incident>{{"Workspace", alert.since, at("2026-11-27T10:04:00Z"), true}});
  findings.alerts.clear();
  current = current_incidents(findings, config);
  REQUIRE(current.size() == 1);
  CHECK_FALSE(current[0].open);
  CHECK(current[0].begin == alert.since);
  findings.alertmanager.kind = Source::Kind::failing;
  CHECK(current_incidents(findings, config).at(0).open);
}
