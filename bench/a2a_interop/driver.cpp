// Makes one attempt at each scenario of a file and prints each result as a line of JSON. See run.mjs.
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "core/config/document.hpp"
#include "probers/a2a/a2a_module.hpp"

using namespace fleet;
using namespace fleet::probers;

namespace {

struct Scenario {
  std::string name;
  std::shared_ptr<Probe> probe;
  std::chrono::milliseconds timeout;
};

std::vector<Scenario> read(const config::Document& document) {
  std::vector<Scenario> scenarios;
  for (auto const& entry : document.root().mapping({"scenarios"}).required("scenarios").list()) {
    auto const keys = entry.mapping({"name", "target", "timeout", "a2a"});
    auto const module = read_a2a(keys.optional("a2a"), entry, {});
    auto const target = keys.required("target").text();
    scenarios.push_back({keys.required("name").text(), module->probe({target, ""}),
                         keys.duration_or("timeout", std::chrono::seconds(5), std::chrono::milliseconds(1))});
  }
  return scenarios;
}

boost::json::object describe(const Scenario& scenario, const ProbeResult& result) {
  boost::json::object facts;
  for (auto const& fact : result.facts.all()) {
    std::string name(fact.kind->name);
    for (auto const& [key, value] : fact.labels) name += " " + key + "=" + value;
    facts[name] = fact.value;
  }
  boost::json::object line;
  line["name"] = scenario.name;
  line["outcome"] = to_string(result.outcome);
  line["reason"] = to_string(result.reason);
  line["step"] = result.step;
  line["detail"] = result.detail;
  line["ms"] = std::chrono::duration<double, std::milli>(result.duration).count();
  if (result.a2a_latency)
    line["latency_ms"] = std::chrono::duration<double, std::milli>(*result.a2a_latency).count();
  line["facts"] = std::move(facts);
  return line;
}

awaitable<void> try_all(const std::vector<Scenario>* scenarios) {
  for (auto const& scenario : *scenarios) {
    auto const deadline = Deadline::after(scenario.timeout);
    auto const result = co_await attempt_once(*scenario.probe, deadline);
    std::puts(boost::json::serialize(describe(scenario, result)).c_str());
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: a2a_interop_driver SCENARIOS.yml\n", stderr);
    return 2;
  }
  try {
    auto const scenarios = read(config::Document::load(arguments[1]));
    asio::io_context io;
    asio::co_spawn(io, try_all(&scenarios), asio::detached);
    io.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
