// /probe as a scraper and a person meet it: a real server, a worker on its own thread.
#include "probers/probe_endpoint.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "core/metrics/exposition.hpp"
#include "probers/probe_page.hpp"
#include "probers/shown_target.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

std::atomic<int> attempts_waiting = 0;

constexpr FactKind answer_fact{"probe_answer_info", "What came back."};

/// Does what its target says: "good", "bad", "wait" (for its deadline), "throw", "block:MS" (the whole thread).
class Obedient : public Probe {
 public:
  explicit Obedient(TargetSpec target) : target_(std::move(target)) {}
  awaitable<ProbeResult> attempt(Attempt attempt) override {
    attempt.note("asked " + target_.hostname);
    if (target_.address.starts_with("block:"))
      std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(target_.address.substr(6))));
    if (target_.address == "throw") throw std::runtime_error("lost my way");
    if (target_.address == "wait") {
      ++attempts_waiting;
      asio::steady_timer timer(co_await asio::this_coro::executor, attempt.deadline.when());
      co_await timer.async_wait(asio::use_awaitable);
      co_return ProbeResult::bad(Reason::timeout, "connect", "nobody answered");
    }
    ProbeResult result;
    if (target_.address == "bad") result.fail(Reason::status, "status", "503");
    result.facts.set(answer_fact, {{"text", "a \"b\"\\\n"}}, 1);
    add_phase(result.phases, "connect", 2ms);
    co_return result;
  }

 private:
  TargetSpec target_;
};

class ObedientModule : public Module {
 public:
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    if (target.address == "nonsense") throw BadTarget("expected sense");
    return std::make_shared<Obedient>(target);
  }
};

NamedModule named(const std::string& name, std::optional<std::chrono::milliseconds> timeout = {}) {
  return {name, "http", std::make_shared<ObedientModule>(), timeout, "f.yml:3:5"};
}

/// A daemon's two threads, and the endpoint between them.
class Served {
 public:
  Served() : worker_guard_(worker_.get_executor()), web_guard_(web_.get_executor()) {
    endpoint_.set_modules({{"http_2xx", named("http_2xx")}, {"brief", named("brief", 200ms)}});
    endpoint_.add_routes(server_);
    server_.listen("127.0.0.1:0");
    auto const address = server_.addresses().at(0);
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    worker_thread_ = std::thread([this] { worker_.run(); });
    web_thread_ = std::thread([this] { web_.run(); });
  }
  ~Served() {
    asio::post(web_, [this] { server_.close(); });
    web_guard_.reset();
    web_thread_.join();
    worker_guard_.reset();
    worker_thread_.join();
  }
  HttpAnswer get(const std::string& query, const std::map<std::string, std::string>& headers = {}) const {
    return http_get(port_, query, headers);
  }
  ProbeEndpoint& endpoint() { return endpoint_; }
  template <class Work>
  void on_worker(Work work) {
    std::promise<void> done;
    asio::post(worker_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::string metrics() const {
    Families page;
    instruments_.collect(page);
    return Exposition::render(page, Format::text_0_0_4);
  }

 private:
  asio::io_context worker_{1}, web_{1};
  asio::executor_work_guard<asio::io_context::executor_type> worker_guard_, web_guard_;
  Instruments instruments_;
  ProbeEndpoint endpoint_{worker_, app::DaemonFlags(), instruments_};
  web::Server server_{web_};
  std::uint16_t port_ = 0;
  std::thread worker_thread_, web_thread_;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a good attempt: every fact and phase, and what blackbox_exporter has") {
  Served const served;
  auto const answer = served.get("/probe?target=good");
  CHECK(answer.status == 200);
  CHECK(contains(answer.body, "\nprobe_success 1\n"));
  CHECK(contains(answer.body, "\nprobe_duration_seconds 0."));
  CHECK(contains(answer.body, "\nprobe_answer_info{text=\"a \\\"b\\\"\\\\\\n\"} 1\n"));
  CHECK(contains(answer.body, "\nslo_probe_phase_duration_seconds{phase=\"connect\"} 0.002\n"));
  CHECK(contains(answer.body, "\nprobe_result_info{result=\"good\",reason=\"none\",step=\"\"} 1\n"));
  CHECK(contains(answer.body, "\nprobe_timeout_seconds 119.5\n"));
  CHECK(contains(answer.headers.at("content-type"), "version=0.0.4"));
}

TEST_CASE(
    "a bad attempt, one that throws, and a target that the module cannot take are no success, and say why") {
  Served const served;
  auto const bad = served.get("/probe?target=bad&module=brief").body;
  CHECK(contains(bad, "\nprobe_success 0\n"));
  CHECK(contains(bad, "{result=\"bad\",reason=\"status\",step=\"status\"} 1"));
  auto const thrown = served.get("/probe?target=throw").body;
  CHECK(contains(thrown, "\nprobe_success 0\n"));
  CHECK(contains(thrown, "{result=\"unknown\",reason=\"internal\",step=\"attempt\"} 1"));
  auto const nonsense = served.get("/probe?target=nonsense");
  CHECK(nonsense.status == 200);
  CHECK(contains(nonsense.body, "\nprobe_success 0\n"));
  CHECK(contains(nonsense.body, "{result=\"bad\",reason=\"name\",step=\"target\"} 1"));
  CHECK(contains(served.get("/probe?target=nonsense&debug=true").body, "expected sense"));
}

TEST_CASE("what cannot be asked is told with 400, and an unknown module counted") {
  Served const served;
  CHECK(served.get("/probe").body == "Target parameter is missing\n");
  CHECK(served.get("/probe").status == 400);
  auto const unknown = served.get("/probe?target=good&module=brif");
  CHECK(unknown.status == 400);
  CHECK(unknown.body == "Unknown module \"brif\", did you mean \"brief\"?\n");
  CHECK(served.get("/probe?module=zzzzzz").body == "Unknown module \"zzzzzz\"\n");
  CHECK(contains(served.metrics(), "\nblackbox_module_unknown_total 2\n"));
  for (std::string const text : {"x", "-1", "0", "nan", "inf", "1e9", "5x"}) {
    CAPTURE(text);
    CHECK(served.get("/probe?target=good&timeout=" + text).status == 400);
  }
}

TEST_CASE("the time an attempt is given is the least of the module's, the query's and the scraper's") {
  Served const served;
  auto const timeout = [&](const std::string& query, const std::string& header) {
    std::map<std::string, std::string> headers;
    if (!header.empty()) headers["X-Prometheus-Scrape-Timeout-Seconds"] = header;
    auto const body = served.get("/probe?target=good" + query, headers).body;
    auto const at = body.find("\nprobe_timeout_seconds ");
    REQUIRE(at != std::string::npos);
    return std::stod(body.substr(at + 23));
  };
  CHECK(timeout("", "10") == Approx(9.5));
  CHECK(timeout("&module=brief", "10") == Approx(0.2));
  CHECK(timeout("&module=brief&timeout=100ms", "10") == Approx(0.1));
  CHECK(timeout("&timeout=3", "10") == Approx(3));
  CHECK(timeout("&timeout=30s", "10") == Approx(9.5));
  for (std::string const header : {"NaN", "inf", "-5", "0", "1x", "+Inf"}) {
    CAPTURE(header);
    CHECK(timeout("", header) == Approx(119.5));
  }
  auto const waited = served.get("/probe?target=wait&module=brief");
  CHECK(contains(waited.body, "reason=\"timeout\",step=\"connect\""));
}

TEST_CASE("a worker that does not get to it: 503 at the scraper's deadline") {
  Served served;
  auto const answer = served.get("/probe?target=block:1500", {{"X-Prometheus-Scrape-Timeout-Seconds", "0.7"}});
  CHECK(answer.status == 503);
  CHECK(answer.body == "the worker did not finish the probe in time\n");
  // It is none the worse for it.
  CHECK(contains(served.get("/probe?target=good").body, "\nprobe_success 1\n"));
  CHECK(contains(served.metrics(), "slo_prober_probe_requests_total{code=\"503\"} 1\n"));
}

TEST_CASE("more at once than the limit are told to come later") {
  Served served;
  std::promise<void> release;
  auto released = release.get_future().share();
  std::promise<void> held;
  std::thread holder([&] {
    served.on_worker([&] {
      held.set_value();
      released.wait();
    });
  });
  held.get_future().wait();
  std::vector<std::future<int>> answers;
  for (std::size_t i = 0; i <= ProbeEndpoint::most_at_once; ++i)
    answers.push_back(std::async(std::launch::async, [&] { return served.get("/probe?target=good").status; }));
  auto const one_refused = [&] {
    return contains(served.metrics(), "slo_prober_probe_requests_total{code=\"503\"} 1\n");
  };
  CHECK(wait_until(one_refused));
  release.set_value();
  holder.join();
  std::map<int, std::size_t> statuses;
  for (auto& answer : answers) ++statuses[answer.get()];
  CHECK(statuses == std::map<int, std::size_t>{{200, ProbeEndpoint::most_at_once}, {503, 1}});
  CHECK(served.get("/probe?target=good").status == 200);
}

TEST_CASE("OpenMetrics and gzip as the scraper prefers") {
  Served const served;
  auto const open =
      served.get("/probe?target=good", {{"Accept", "application/openmetrics-text;version=1.0.0"}});
  CHECK(contains(open.headers.at("content-type"), "openmetrics-text"));
  CHECK(open.body.ends_with("# EOF\n"));
  auto const packed = served.get("/probe?target=good", {{"Accept-Encoding", "gzip"}});
  CHECK(packed.headers.at("content-encoding") == "gzip");
  CHECK(packed.body.starts_with("\x1f\x8b"));
}

TEST_CASE("debug=true explains, the history keeps it, and neither shows credentials or the query") {
  Served const served;
  auto const text = served.get(
      "/probe?target=http%3A%2F%2Fu%3Ahunter2%40h%2Fpath%3Ftoken%3Dhunter3&debug=true&hostname=legalllm");
  CHECK(text.headers.at("content-type").starts_with("text/plain"));
  CHECK(text.body.starts_with(
      "Logs for the probe:\n+0.000000 s  http probe of http://h/path, timeout 1m59s500ms\n"));
  CHECK(contains(text.body, " s  asked legalllm\n"));
  CHECK(contains(text.body, " s  good\n"));
  CHECK(contains(text.body, "\nMetrics that would have been returned:\n# HELP probe_answer_info"));
  CHECK(contains(text.body, "\nModule configuration:\nhttp_2xx, prober http, at f.yml:3:5\n"));
  CHECK_FALSE(contains(text.body, "hunter"));

  served.get("/probe?target=%3Cb%3Ebad&module=brief");
  auto const list = served.get("/probe/history").body;
  CHECK(contains(list, "<td>http://h/path</td><td>good</td><td>none</td>"));
  CHECK(contains(list, "&lt;b&gt;bad"));
  CHECK_FALSE(contains(list, "hunter"));
  CHECK(list.find("?id=2") < list.find("?id=1"));
  CHECK(served.get("/probe/history?id=1").body == text.body);
  CHECK(served.get("/probe/history?id=99").status == 404);
}

TEST_CASE("the history holds the last hundred") {
  Served const served;
  for (int i = 0; i < 101; ++i) served.get("/probe?target=good");
  CHECK(served.get("/probe/history?id=1").status == 404);
  CHECK(served.get("/probe/history?id=2").status == 200);
  CHECK(served.get("/probe/history?id=101").status == 200);
}

TEST_CASE("a reload takes the modules away, not the attempt that is under way") {
  Served served;
  attempts_waiting = 0;
  auto under_way = std::async(std::launch::async, [&] {
    return served.get("/probe?target=wait", {{"X-Prometheus-Scrape-Timeout-Seconds", "2"}}).body;
  });
  REQUIRE(wait_until([] { return attempts_waiting == 1; }));
  served.on_worker([&] { served.endpoint().set_modules({{"other", named("other")}}); });
  CHECK(served.get("/probe?target=good").body == "Unknown module \"http_2xx\"\n");
  CHECK(served.get("/probe?target=good&module=other").status == 200);
  CHECK(contains(under_way.get(), "reason=\"timeout\",step=\"connect\""));
}

TEST_CASE("what blackbox_exporter's alerts look at") {
  Served served;
  CHECK(contains(served.metrics(), "\nblackbox_exporter_config_last_reload_successful 1\n"));
  CHECK(contains(served.metrics(), "\nblackbox_exporter_config_last_reload_success_timestamp_seconds 1"));
  CHECK(contains(served.metrics(), "\nblackbox_exporter_build_info{branch="));
  CHECK(contains(served.metrics(), "\nblackbox_module_unknown_total 0\n"));
  served.on_worker([&] { served.endpoint().reload_failed(); });
  CHECK(contains(served.metrics(), "\nblackbox_exporter_config_last_reload_successful 0\n"));
}

TEST_CASE("what people see of a target") {
  CHECK(shown_target("http://u:p@h:80/a?b=c#d") == "http://h:80/a");
  CHECK(shown_target("postgres://u:p@ss@h/db") == "postgres://h/db");
  CHECK(shown_target("h:25") == "h:25");
  CHECK(shown_target("u@h:25") == "h:25");
  CHECK(shown_target("[2001:db8::1]:443") == "[2001:db8::1]:443");
  CHECK(shown_target("http://h/a@b") == "http://h/a@b");
  CHECK(shown_target("") == "");
}
