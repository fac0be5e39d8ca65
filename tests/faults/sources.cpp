#include "tests/faults/sources.hpp"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

std::string microseconds_ago(std::chrono::microseconds ago) {
  auto const now = std::chrono::system_clock::now().time_since_epoch() - ago;
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

std::string noise(std::size_t size) {
  std::string bytes;
  unsigned state = 12345;
  while (bytes.size() < size) bytes += static_cast<char>((state = state * 1103515245 + 12345) >> 16);
  return bytes;
}

void RedisSource::feed() {
  using std::chrono::milliseconds;
  auto const id = std::to_string(++fed_);
  auto const begin = microseconds_ago(milliseconds(30)), end = microseconds_ago(milliseconds(0));
  server_.command({"HINCRBY", "a2a:hops:started", "intake|research", "1"});
  server_.command({"XADD",        "a2a:hops",  "*",      "v",        "1",        "hop_id",
                   "hop-" + id,   "src",       "intake", "dst",      "research", "op",
                   "SendMessage", "attempt",   "1",      "t_enq_us", begin,      "t_deq_us",
                   begin,         "t_done_us", end,      "outcome",  "ok"});
  std::vector<std::string> batch{"XADD",    "documents:batches", "*", "event", "started", "batch_id",
                                 "b-" + id, "pipeline",          "p", "size",  "500",     "at_us",
                                 begin};
  server_.command(batch);
  batch[4] = "finished";
  batch.back() = end;
  batch.insert(batch.end(), {"succeeded", "500", "failed", "0"});
  server_.command(batch);
}

void RedisSource::load_slowly() {
  // It answers between two kilobytes.
  for (int n = 0; n < 30; ++n) server_.command({"SET", "ballast:" + std::to_string(n), noise(2000)});
  server_.command({"BGREWRITEAOF"});
  auto const rewritten = [this] {
    return server_.command({"INFO", "persistence"}).find("aof_rewrite_in_progress:0") != std::string::npos;
  };
  if (!wait_until(rewritten)) throw std::runtime_error("the test's redis does not rewrite its file");
  server_.stop();
  server_.start_loading(std::chrono::milliseconds(100));
  auto const loading = [this] {
    try {
      server_.command({"GET", "ballast:0"});
    } catch (const std::runtime_error& error) {
      return std::string_view(error.what()).find("LOADING") != std::string_view::npos;
    }
    throw std::runtime_error("the test's redis has loaded its data too soon");
  };
  if (!wait_until(loading)) throw std::runtime_error("the test's redis does not start");
}

void PostgresSource::kill9() {
  server_.process().signal_tree(SIGKILL);
  server_.process().wait();
}

void PostgresSource::feed() {
  server_.run_sql(
      "SET synchronous_commit = on;"
      "INSERT INTO compliance_violations (framework, severity, rule) VALUES ('evidence_act_1995', 'high', 'x');"
      "INSERT INTO privacy_consents (client_id, consent_type) VALUES (1, 'ai_analysis')",
      "legalllm_multiagent");
}

void SiteSource::start() {
  Launch launch;
  launch.command = {FLEET_TEST_DIR "/fault_site", std::to_string(port_)};
  launch.output = directory_.path() / "site.log";
  process_ = std::make_unique<Process>(std::move(launch));
  if (!wait_until([this] { return accepts(port_); })) {
    throw std::runtime_error("the test's web site does not start:\n" + process_->output());
  }
}

}  // namespace fleet::testing
