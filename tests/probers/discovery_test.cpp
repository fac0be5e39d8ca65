#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cstdio>

#include "core/web/server.hpp"
#include "probers/discovery/discovery_loop.hpp"
#include "probers/discovery/target_list.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

std::string refusal(std::string_view text) {
  try {
    read_target_list_json(text);
  } catch (const BadTargetList& error) {
    return error.what();
  }
  return "accepted";
}

template <class Condition>
void run_until(asio::io_context& io, Condition done) {
  auto const limit = Deadline::after(20s);
  while (!done() && !limit.expired()) io.run_one_for(20ms);
  REQUIRE(done());
}

std::vector<std::string> addresses(const std::vector<DiscoveredTarget>& targets) {
  std::vector<std::string> out;
  for (auto const& target : targets) out.push_back(target.address);
  return out;
}

using Addresses = std::vector<std::string>;

}  // namespace

TEST_CASE("a target list as Prometheus documents it") {
  auto const text = R"([{"targets": ["a:1", "b:2"], "labels": {"slot": "blue", "__meta_x": "y"}}, {"targets": []}])";
  auto const list = read_target_list_json(text);
  REQUIRE(addresses(list) == Addresses{"a:1", "b:2"});
  CHECK(list[1].labels.at("slot") == "blue");
  CHECK(read_target_list_yaml("- targets: ['a:1', 'b:2']\n  labels: {slot: blue, __meta_x: \"y\"}\n", "t.yml") == list);
}

TEST_CASE("a bad target list is refused as a whole, with its place") {
  CHECK(refusal("{}") == "expected a list of target groups");
  CHECK(refusal("[1]") == "target group 1: expected an object");
  CHECK(refusal(R"([{"targets": ["a"]}, {"targets": [1]}])") ==
        "target group 2: expected each target to be a string");
  CHECK(refusal(R"([{"labels": {}}])") == "target group 1: expected `targets`, a list");
  CHECK(refusal(R"([{"targets": [], "label": {}}])") ==
        "target group 1: unknown key `label`; expected targets, labels");
  CHECK(refusal(R"([{"targets": [], "labels": {"a-b": "c"}}])") == "target group 1: `a-b` is no label name");
  CHECK(refusal("[{").starts_with("not JSON: "));
  CHECK_THROWS_AS(read_target_list_yaml("- target: [a]\n", "t.yml"), BadTargetList);
}

TEST_CASE("files are read when they change; a broken one keeps what was known") {
  testing::TemporaryDirectory directory;
  asio::io_context io;
  Instruments instruments;
  directory.write("one.json", R"([{"targets": ["a:1"]}])");
  directory.write("two.yml", "- targets: [b:2]\n");
  Discoveries sources;
  FileDiscovery files;
  files.files = {directory.path() / "*.json", directory.path() / "*.yml"};
  files.refresh_interval = 50ms;
  sources.files.push_back(files);
  Addresses seen;
  DiscoveryLoop const loop(io.get_executor(), instruments, "p", sources,
                           [&](std::vector<DiscoveredTarget> targets) { seen = addresses(targets); });
  run_until(io, [&] { return seen == Addresses{"a:1", "b:2"}; });
  auto& up = instruments.gauge("slo_prober_discovery_up", "", {{"probe", "p"}, {"source", files.files[0]}});
  CHECK(up.value() == 1);
  directory.write("one.json", "[{");
  run_until(io, [&] { return up.value() == 0; });
  CHECK(seen == Addresses{"a:1", "b:2"});
  directory.write("one.json", R"([{"targets": ["c:3"]}])");
  run_until(io, [&] { return seen == Addresses{"c:3", "b:2"}; });
  CHECK(up.value() == 1);
  std::remove((directory.path() / "two.yml").c_str());
  run_until(io, [&] { return seen == Addresses{"c:3"}; });
}

TEST_CASE("an HTTP source: its list, its failure, its return") {
  asio::io_context io;
  web::Server server(io);
  int status = 200;
  std::string body = R"([{"targets": ["a:1"]}])", refresh;
  auto const answer = [](int code, std::string text) -> awaitable<web::Response> {
    web::Response response;
    response.status = code;
    response.body = std::move(text);
    co_return response;
  };
  server.route("GET", "/sd", [&](const web::Request& request) {
    refresh = request.header("X-Prometheus-Refresh-Interval-Seconds");
    return answer(status, body);
  });
  server.listen("127.0.0.1:0");
  Discoveries sources;
  HttpDiscovery http;
  http.url = *http::Url::parse("http://" + server.addresses().at(0) + "/sd");
  http.refresh_interval = 20ms;
  sources.http.push_back(http);
  Instruments instruments;
  std::vector<Addresses> told;
  {
    DiscoveryLoop const loop(io.get_executor(), instruments, "p", sources,
                             [&](std::vector<DiscoveredTarget> targets) { told.push_back(addresses(targets)); });
    run_until(io, [&] { return !told.empty(); });
    auto& up = instruments.gauge("slo_prober_discovery_up", "",
                                 {{"probe", "p"}, {"source", "http://" + server.addresses().at(0)}});
    status = 500;
    run_until(io, [&] { return up.value() == 0; });
    status = 200;
    body = R"([{"targets": ["a:1"]}, {"targets": ["d:4"]}])";
    run_until(io, [&] { return told.size() == 2; });
  }
  CHECK(told[0] == Addresses{"a:1"});
  CHECK(told[1] == Addresses{"a:1", "d:4"});  // and nothing was told while it had not changed
  CHECK(refresh == "0");
}
