// How fast a2a_exporter counts a backlog of hop records, and at what CPU.
//
// Fills a private Redis with records of 90 pairs, starts the exporter on it, waits until all are counted and
// acknowledged, and prints hops a second and the exporter's CPU (user and system, of the whole process, its
// start included) for each hop.
//
//   hop_feed [RECORDS] [ROUNDS]      300000 3
#include <hiredis/hiredis.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/io/parse_number.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr double goal_hops = 100'000;
constexpr double goal_cpu_us = 1.2;

struct Cpu {
  double user, system;  // seconds
  double sum() const { return user + system; }
};

/// Of a process, from /proc.
Cpu cpu_of(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  auto at = line.rfind(')');
  std::vector<std::string> words;
  for (std::size_t begin = at + 2; begin < line.size();) {
    auto const end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  auto const ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {std::stod(words.at(11)) / ticks, std::stod(words.at(12)) / ticks};
}

void fill(const fleet::testing::RedisServer& redis, int records) {
  auto* const context = redisConnect("127.0.0.1", redis.port());
  if (!context || context->err) throw std::runtime_error("cannot connect to the private redis");
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  auto const now = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  const char* const agents[] = {"orchestrator", "intake",    "research",   "document",   "financial",
                                "drafting",     "crossexam", "compliance", "scheduling", "communication"};
  constexpr int batch = 1000;
  for (int begin = 0; begin < records; begin += batch) {
    auto const end = std::min(records, begin + batch);
    for (int n = begin; n < end; ++n) {
      auto const source = n % 10;
      auto const target = (source + 1 + n / 10 % 9) % 10;
      auto const latency = 5'000 + n * 7919LL % 90'000;
      auto const done = now + n;
      redisAppendCommand(
          context,
          "XADD a2a:hops * v 1 hop_id 0198c0de-%08d-4a2a-8000 src %s dst %s op SendMessage attempt 1 "
          "t_enq_us %lld t_deq_us %lld t_done_us %lld outcome ok trace_id %032d",
          n, agents[source], agents[target], static_cast<long long>(done - latency),
          static_cast<long long>(done - latency / 2), static_cast<long long>(done), n);
    }
    for (int n = begin; n < end; ++n) {
      void* reply = nullptr;
      if (redisGetReply(context, &reply) != REDIS_OK) throw std::runtime_error("the private redis went away");
      freeReplyObject(reply);
    }
  }
  redisFree(context);
}

bool counted(const fleet::testing::RedisServer& redis, int records) {
  auto const position = redis.command({"HGET", "a2a:hops:checkpoint:a2a-exporter", "position"});
  return position.find(" delivered=" + std::to_string(records) + " ") != std::string::npos;
}

struct Result {
  double hops_per_second, exporter_us, system_us, server_us;
};

Result round(int records) {
  fleet::testing::RedisServer redis;
  fill(redis, records);
  fleet::testing::TemporaryDirectory directory;
  auto const config = directory.write("a2a.yml", "redis: {address: \"" + redis.address() + "\"}\n");
  auto const server_before = cpu_of(redis.process().pid()).sum();
  auto const begin = Clock::now();
  fleet::testing::Launch launch;
  launch.command = {std::string(FLEET_BIN_DIR) + "/a2a_exporter", "--config.file=" + config,
                    "--web.listen-address=127.0.0.1:" + std::to_string(fleet::testing::free_port())};
  launch.output = directory.path() / "log";
  fleet::testing::Process exporter(launch);
  while (!counted(redis, records)) {
    if (Clock::now() - begin > std::chrono::minutes(2))
      throw std::runtime_error("not counted:\n" + exporter.output());
    ::usleep(5000);
  }
  std::chrono::duration<double> const took = Clock::now() - begin;
  auto const spent = cpu_of(exporter.pid());
  return {records / took.count(), spent.sum() * 1e6 / records, spent.system * 1e6 / records,
          (cpu_of(redis.process().pid()).sum() - server_before) * 1e6 / records};
}

}  // namespace

int main(int argc, char** argv) {
  int const records = argc > 1 ? fleet::parse_number<int>(argv[1]).value_or(0) : 300'000;
  int const rounds = argc > 2 ? fleet::parse_number<int>(argv[2]).value_or(0) : 3;
  if (argc > 3 || records < 1 || rounds < 1) {
    std::fprintf(stderr, "usage: hop_feed [RECORDS] [ROUNDS]      300000 3; both from 1 on\n");
    return 2;
  }
  std::vector<Result> results;
  for (int n = 0; n < rounds; ++n) {
    auto const result = results.emplace_back(round(records));
    std::printf(
        "round %d: %8.0f hops/s, exporter %.2f us CPU a hop (%.2f the kernel's), redis-server %.2f us\n", n + 1,
        result.hops_per_second, result.exporter_us, result.system_us, result.server_us);
    std::fflush(stdout);
  }
  auto const middle = [&results](double Result::*figure) {
    std::sort(results.begin(), results.end(),
              [figure](auto const& a, auto const& b) { return a.*figure < b.*figure; });
    return results[results.size() / 2].*figure;
  };
  auto const rate = middle(&Result::hops_per_second), cost = middle(&Result::exporter_us);
  std::printf(
      "median:  %8.0f hops/s (goal %.0f, ratio %.2f), exporter %.2f us CPU a hop (goal %.1f, ratio %.2f)\n",
      rate, goal_hops, rate / goal_hops, cost, goal_cpu_us, cost / goal_cpu_us);
  return rate >= goal_hops && cost <= goal_cpu_us ? 0 : 1;
}
