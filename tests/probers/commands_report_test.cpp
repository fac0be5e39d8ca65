// Reports: exit status, table, JSON, JUnit, metrics.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <limits>

#include "core/metrics/exposition.hpp"
#include "probers/commands/push_gateway.hpp"
#include "probers/commands/report.hpp"
#include "probers/commands/report_formats.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

constexpr FactKind p95{"slo_prober_run_p95_seconds", "95th percentile."};
constexpr FactKind status_code{"probe_http_status_code", "Response HTTP status code."};

ReportRow row(std::string probe, std::string target, ProbeResult result) {
  ReportRow out;
  out.identity = {std::move(probe), std::move(target), {}};
  out.timeout = 5s;
  out.add(std::move(result));
  return out;
}

ProbeResult good(std::chrono::nanoseconds duration) {
  ProbeResult result;
  result.duration = duration;
  return result;
}

ProbeResult unknown(Reason reason, std::string detail) {
  auto result = ProbeResult::bad(reason, "attempt", std::move(detail));
  result.outcome = Outcome::unknown;
  return result;
}

Report report_of(std::vector<ReportRow> rows) {
  Report out;
  out.command = "check";
  out.began = std::chrono::system_clock::time_point(1'700'000'000s);
  out.duration = 1500ms;
  out.rows = std::move(rows);
  out.summary = summarize(out.rows);
  return out;
}

}  // namespace

TEST_CASE("the exit status: a failure beats an unknown, an unknown beats success, nothing is unknown") {
  auto const well = row("web", "a", good(1ms));
  auto const ill = row("web", "b", ProbeResult::bad(Reason::status, "processing", "HTTP status 500"));
  auto const odd = row("web", "c", unknown(Reason::starved, "?"));
  CHECK(exit_status(report_of({well})) == 0);
  CHECK(exit_status(report_of({well, ill, odd})) == 1);
  CHECK(exit_status(report_of({well, odd})) == 3);
  CHECK(exit_status(report_of({})) == 3);
}

TEST_CASE("of several attempts the worst is the verdict, the latest of its kind") {
  ReportRow some;
  some.add(good(1ms));
  some.add(ProbeResult::bad(Reason::refused, "connect", "first"));
  some.add(ProbeResult::bad(Reason::timeout, "connect", "second"));
  some.add(unknown(Reason::internal, "third"));
  some.add(good(1ms));
  CHECK((some.result.outcome == Outcome::bad && some.result.detail == "second"));
  CHECK(some.attempts_in_all() == 5);
  CHECK(some.attempts_of(Outcome::good) == 2);
  CHECK(some.attempts_of(Outcome::bad) == 2);
}

TEST_CASE("the summary names what fails and what is unknown, ten at most") {
  CHECK(summarize({row("web", "a", good(1ms))}) == "1 of 1 target well");
  CHECK(summarize({row("web", "a", good(1ms)), row("web", "b", ProbeResult::bad(Reason::timeout, "x", "")),
                   row("db", "c", unknown(Reason::starved, ""))}) ==
        "1 of 3 targets well; 1 failing: web/b (timeout); 1 unknown: db/c (starved)");
  std::vector<ReportRow> many(12, row("w", "t", ProbeResult::bad(Reason::reset, "x", "")));
  auto const text = summarize(many);
  CHECK(text.starts_with("0 of 12 targets well; 12 failing: w/t (reset), "));
  CHECK(text.ends_with("w/t (reset), ..."));
}

TEST_CASE("the table shows failures first, with only the columns that say something") {
  auto const first = row("web", "healthz", good(12'340us));
  auto const second = row("agents", "financial", ProbeResult::bad(Reason::timeout, "send", "timed out\x1b[2J"));
  CHECK(render_table(report_of({first, second})) ==
        "PROBE   TARGET     RESULT  REASON   STEP  TOOK     LIMIT   DETAIL\n"
        "agents  financial  bad     timeout  send  0 us     5.00 s  timed out?[2J\n"
        "web     healthz    good    -        -     12.3 ms  5.00 s\n"
        "\n1 of 2 targets well; 1 failing: agents/financial (timeout)\n");
  auto blue = first;
  blue.identity.labels = {{"slot", "blue"}};
  blue.add(good(12'340us));
  blue.timeout = 0ms;
  CHECK(render_table(report_of({blue})) ==
        "PROBE  TARGET   LABELS     RESULT  FAILED  TOOK     DETAIL\n"
        "web    healthz  slot=blue  good    0 of 2  12.3 ms\n"
        "\n1 of 1 target well\n");
  auto measured = row("agents", "tax", good(1ms));
  measured.measures = {{&p95, 0.0831}};
  auto failed = row("agents", "law", ProbeResult::bad(Reason::slow, "", "too slow"));
  failed.measures = {{&p95, std::numeric_limits<double>::infinity()}};
  CHECK(render_table(report_of({measured, failed}))
            .starts_with("PROBE   TARGET  RESULT  REASON  STEP  P95      DETAIL\n"
                         "agents  law     bad     slow    -     never    too slow\n"
                         "agents  tax     good    -       -     83.1 ms\n"));
}

TEST_CASE("columns are as wide as they look, not as their bytes") {
  CHECK(align({{"Zürich", "x"}, {"Bern", "y"}}) == "Zürich  x\nBern    y\n");
}

TEST_CASE("lengths of time for people") {
  CHECK(human_seconds(850us) == "850 us");
  CHECK(human_seconds(999'600ns) == "1.0 ms");
  CHECK(human_seconds(12'345us) == "12.3 ms");
  CHECK(human_seconds(345ms) == "345 ms");
  CHECK(human_seconds(999'700us) == "1.00 s");
  CHECK(human_seconds(90s) == "90.00 s");
  CHECK(human_seconds(312s) == "312 s");
  CHECK(human_seconds(-20ms) == "-20.0 ms");
}

TEST_CASE("the JSON says everything, is valid, and survives bytes that are no text") {
  auto result = ProbeResult::bad(Reason::body, "transfer", "quote \" and \xff byte");
  result.phases = {{"connect", 0.25}};
  result.facts.set(status_code, 200);
  result.duration = 500ms;
  auto bad = row("web", "home", result);
  bad.kind = "http";
  bad.identity.labels = {{"slot", "blue"}};
  bad.measures = {{&p95, std::numeric_limits<double>::quiet_NaN()}};
  bad.notes = {{1ms, "resolving"}};
  auto const text = render_json(report_of({bad}));
  auto const page = boost::json::parse(text);
  CHECK(page.at("command") == "check");
  CHECK(page.at("version") == 1);
  CHECK(page.at("began") == "2023-11-14T22:13:20Z");
  CHECK(page.at("duration_seconds") == 1.5);
  CHECK(page.at("exit_status") == 1);
  CHECK(page.at("success") == false);
  auto const& shown = page.at("rows").at(0);
  CHECK(shown.at("outcome") == "bad");
  CHECK(shown.at("reason") == "body");
  CHECK(shown.at("step") == "transfer");
  CHECK(shown.at("detail") == "quote \" and \xEF\xBF\xBD byte");
  CHECK(shown.at("labels").at("slot") == "blue");
  CHECK(shown.at("timeout_seconds") == 5);
  CHECK(shown.at("attempts").at("bad") == 1);
  CHECK(shown.at("results").at(0).at("reason") == "body");
  CHECK(shown.at("phases").at("connect") == 0.25);
  CHECK(shown.at("facts").at(0).at("name") == "probe_http_status_code");
  CHECK(shown.at("measures").at("p95_seconds").is_null());
  CHECK(shown.at("notes").at(0).at("text") == "resolving");
  // For people too: no exponents, one thing a line.
  CHECK(text.find("\n      \"duration_seconds\": 0.5,\n") != std::string::npos);
}

TEST_CASE("the JUnit XML is well-formed whatever a target answered") {
  auto const ill =
      row("web", "a<b>&\"c\"", ProbeResult::bad(Reason::status, "processing", "line\nbreak \x01 \xff <500>"));
  auto const xml = render_junit(
      report_of({row("web", "well", good(250ms)), ill, row("db", "odd", unknown(Reason::starved, "?"))}));
  testing::TemporaryDirectory const directory;
  auto const file = directory.write("report.xml", xml);
  auto const parsed = testing::run_command(
      {"python3", "-c",
       "import sys, xml.etree.ElementTree as e\n"
       "r = e.parse(sys.argv[1]).getroot()\n"
       "print(r.tag, r.get('tests'), r.get('failures'), r.get('errors'))\n"
       "for s in r: print(s.get('name'), s.get('tests'), s.get('failures'), s.get('errors'), s.get('time'))\n"
       "f = r.find('.//failure'); print(f.get('type'), repr(f.get('message')))\n"
       "print([t.get('name') for t in r.iter('testcase')])\n"
       "print(r.find('.//error').get('type'))\n",
       file});
  CHECK(parsed ==
        "testsuites 3 1 1\n"
        "web 2 1 0 0.25\n"
        "db 1 0 1 0\n"
        "status 'line\\nbreak \xEF\xBF\xBD \xEF\xBF\xBD <500>'\n"
        "['well', 'a<b>&\"c\"', 'odd']\n"
        "starved\n");
}

TEST_CASE("metrics of a run: each target's last values, its attempts, the run itself") {
  auto result = good(250ms);
  result.phases = {{"connect", 0.25}};
  result.facts.set(status_code, 200);
  auto well = row("web", "home", result);
  well.add(result);
  well.measures = {{&p95, 0.05}};
  auto const page = Exposition::render(
      metrics_of(report_of({well, row("web", "ill", ProbeResult::bad(Reason::reset, "x", ""))})),
      Format::text_0_0_4);
  auto const has = [&](const std::string& line) { return page.find("\n" + line + "\n") != std::string::npos; };
  CHECK(has(R"(probe_success{probe="web",target="home"} 1)"));
  CHECK(has(R"(probe_success{probe="web",target="ill"} 0)"));
  CHECK(has(R"(probe_duration_seconds{probe="web",target="home"} 0.25)"));
  CHECK(has(R"(slo_probe_phase_duration_seconds{probe="web",target="home",phase="connect"} 0.25)"));
  CHECK(has(R"(probe_http_status_code{probe="web",target="home"} 200)"));
  CHECK(has(R"(slo_probe_results{probe="web",target="home",result="good",reason="none"} 2)"));
  CHECK(has(R"(slo_probe_results{probe="web",target="ill",result="bad",reason="reset"} 1)"));
  CHECK(has(R"(slo_prober_run_p95_seconds{probe="web",target="home"} 0.05)"));
  CHECK(has("slo_prober_run_success 0"));
  CHECK(has("slo_prober_run_timestamp_seconds 1700000001.5"));
}

TEST_CASE("the Pushgateway's paths") {
  CHECK(push_path("slo_prober_check", "host-1.example") ==
        "/metrics/job/slo_prober_check/instance/host-1.example");
  CHECK(push_path("a b", "c%d") == "/metrics/job/a%20b/instance/c%25d");
  CHECK(push_path("j", "") == "/metrics/job/j/instance@base64/=");
  CHECK(push_path("a/b", "~/\xFF?>") == "/metrics/job@base64/YS9i/instance@base64/fi__Pz4=");
}
