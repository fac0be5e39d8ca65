// slo_prober itself, as it is run, against a small site of our own.
#include <sched.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/web/server.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

const std::string program = FLEET_BIN_DIR "/slo_prober";

/// A web site on a thread of its own.
class Site {
 public:
  Site() : server_(io_) {
    auto const hello = [](web::Response response) -> awaitable<web::Response> { co_return response; };
    web::Response response;
    response.body = "LegalLLM";
    server_.route("GET", "/healthz", [hello, response](const web::Request&) { return hello(response); });
    server_.listen("127.0.0.1:0");
    address_ = server_.addresses().at(0);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Site() {
    io_.stop();
    thread_.join();
  }
  std::string url(const std::string& path) const { return "http://" + address_ + path; }

 private:
  asio::io_context io_;
  web::Server server_;
  std::string address_;
  std::thread thread_;
};

std::string probe(const std::string& name, const std::string& url) {
  return "- name: " + name + "\n  type: http\n  interval: 100ms\n  targets:\n  - {name: t, url: '" + url +
         "'}\n";
}

Launch launch(const TemporaryDirectory& directory, std::vector<std::string> arguments) {
  Launch result;
  result.command = std::move(arguments);
  result.command.insert(result.command.begin(), program);
  result.output = directory.path() / "output";
  return result;
}

}  // namespace

TEST_CASE("the service counts, passes promtool, reloads without losing counts, and ends with 0") {
  Site const site;
  TemporaryDirectory directory;
  auto const config = directory.write(
      "prober.yml", "probes:\n" + probe("well", site.url("/healthz")) + probe("ill", site.url("/missing")));
  auto const port = free_port();
  Process process(
      launch(directory, {"--config.file=" + config, "--web.listen-address=127.0.0.1:" + std::to_string(port)}));
  auto const page = [&] { return accepts(port) ? http_get(port, "/metrics").body : std::string(); };
  auto const value = [&](const std::string& text, const std::string& series) {
    auto const at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + series.size() + 2));
  };
  std::string const good = R"(slo_probe_results_total{probe="well",target="t",result="good"})";
  std::string const bad = R"(slo_probe_results_total{probe="ill",target="t",result="bad"})";
  std::string text;
  REQUIRE(wait_until([&] {
    text = page();
    return value(text, good) >= 2 && value(text, bad) >= 2;
  }));
  CHECK(value(text, R"(probe_success{probe="well",target="t"})") == 1);
  CHECK(value(text, R"(probe_success{probe="ill",target="t"})") == 0);
  auto const file = directory.write("page", text);
  CHECK_NOTHROW(run_command({"sh", "-c", "promtool check metrics < " + file}));

  auto const before = value(page(), good);
  directory.write("prober.yml", "probes:\n" + probe("well", site.url("/healthz")));
  process.signal(SIGHUP);
  REQUIRE(wait_until([&] { return page().find("probe=\"ill\"") == std::string::npos; }));
  CHECK(value(page(), good) >= before);

  directory.write("prober.yml", "probes: nonsense\n");
  process.signal(SIGHUP);
  REQUIRE(wait_until([&] { return value(page(), "slo_prober_config_last_reload_successful") == 0; }));
  auto const still = value(page(), good);
  REQUIRE(wait_until([&] { return value(page(), good) > still; }));
  CHECK(process.stop() == 0);
}

TEST_CASE(
    "--realtime: the workers' threads are of a real-time class, the page's is not; or the log says why not") {
  Site const site;
  TemporaryDirectory directory;
  auto const config = directory.write("prober.yml", "probes:\n" + probe("well", site.url("/healthz")));
  auto const port = free_port();
  Process process(launch(directory, {"--config.file=" + config, "--workers=2", "--realtime",
                                     "--web.listen-address=127.0.0.1:" + std::to_string(port)}));
  REQUIRE(wait_until([&] { return accepts(port); }));
  auto const log = [&] { return read_text(directory.path() / "output"); };
  auto const times = [](const std::string& text, const std::string& words) {
    int count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++count;
    return count;
  };
  REQUIRE(wait_until(
      [&] { return times(log(), "is real-time") == 2 || times(log(), "real-time needs CAP_SYS_NICE") == 2; }));
  int realtime = 0;
  auto const threads = "/proc/" + std::to_string(process.pid()) + "/task";
  for (auto const& entry : std::filesystem::directory_iterator(threads)) {
    int const policy = ::sched_getscheduler(std::stoi(entry.path().filename().string()));
    realtime += policy == (SCHED_RR | SCHED_RESET_ON_FORK) ? 1 : 0;
  }
  CHECK(realtime == times(log(), "is real-time"));
  CHECK(process.stop() == 0);
}

TEST_CASE("--once tells by its exit code") {
  Site const site;
  TemporaryDirectory directory;
  auto const run = [&](const std::string& path) {
    auto const config = directory.write("prober.yml", "probes:\n" + probe("p", site.url(path)));
    Process process(launch(directory, {"--config.file=" + config, "--once"}));
    return process.wait();
  };
  CHECK(run("/healthz") == 0);
  CHECK(run("/missing") == 1);
  auto const output = read_text(directory.path() / "output");
  CHECK(output.find("bad") != std::string::npos);
  CHECK(output.find("HTTP status 404") != std::string::npos);
  CHECK(output.find("0 of 1 target well; 1 failing: p/t (status)") != std::string::npos);
}
