// What single commands answer, as metrics.
#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "core/redis/server/clients.hpp"
#include "core/redis/server/commands.hpp"
#include "core/redis/server/sentinel.hpp"
#include "core/redis/server/settings.hpp"
#include "tests/core/redis/server/made_reply.hpp"

namespace fleet::redis {
namespace {

using testing::Made;
using testing::MadeReply;

class Page {
 public:
  ServerPage& operator*() { return page_; }
  bool has(const std::string& line) const {
    return ("\n" + text()).find("\n" + line + "\n") != std::string::npos;
  }
  std::string text() const { return Exposition::render(families_, Format::text_0_0_4); }

 private:
  Families families_;
  ServerPage page_{families_};
};

/// An array of these.
MadeReply list(std::initializer_list<Made> elements) { return MadeReply(Made(elements)); }

TEST_CASE("LATENCY LATEST") {
  Page page;
  add_latency_spikes(list({{"command", 1405067976, 251, 1001}}), *page);
  CHECK(page.has(R"(redis_latency_spike_last{event_name="command"} 1405067976)"));
  CHECK(page.has(R"(redis_latency_spike_duration_seconds{event_name="command"} 0.251)"));
  CHECK_THROWS_AS(add_latency_spikes(list({{"command", "x", "y"}}), *page), ProtocolError);
  CHECK_THROWS_AS(add_latency_spikes(MadeReply("OK"), *page), ProtocolError);
}

TEST_CASE("LATENCY HISTOGRAM: bounds and counts so far") {
  Page page;
  InfoText const info("cmdstat_set:calls=9,usec=40,usec_per_call=4\n");
  Made const buckets{1, 2, 4, 5, 16, 9};
  add_latency_histograms(list({"set", {"calls", 9, "histogram_usec", buckets}}), info, *page);
  CHECK(page.has(R"(redis_commands_latencies_usec_bucket{cmd="set",le="1"} 2)"));
  CHECK(page.has(R"(redis_commands_latencies_usec_bucket{cmd="set",le="4"} 5)"));
  CHECK(page.has(R"(redis_commands_latencies_usec_bucket{cmd="set",le="16"} 9)"));
  CHECK(page.has(R"(redis_commands_latencies_usec_bucket{cmd="set",le="+Inf"} 9)"));
  CHECK(page.has(R"(redis_commands_latencies_usec_sum{cmd="set"} 40)"));
  CHECK(page.has(R"(redis_commands_latencies_usec_count{cmd="set"} 9)"));
}

TEST_CASE("CONFIG GET, refused settings among them") {
  Page page;
  auto const memory = list({"maxmemory", "1024"}), threads = list({"io-threads", "4"}),
             databases = list({"databases", "4"});
  MadeReply const refused(Made::error("NOPERM this user has no permissions"));
  Reply const replies[] = {memory, refused, threads, databases};
  CHECK(add_settings(replies, *page) == 4);
  CHECK(page.has("redis_config_maxmemory 1024"));
  CHECK(page.has("redis_config_io_threads 4"));
  CHECK(page.text().find("maxclients") == std::string::npos);
  CHECK(page.text().find("databases") == std::string::npos);
  auto const none = list({});
  Reply const nothing[] = {none};
  CHECK(add_settings(nothing, *page) == std::nullopt);
}

TEST_CASE("SLOWLOG: its length, and of the newest entry nothing but id and time") {
  Page empty;
  add_slow_log(MadeReply(0), list({}), *empty);
  CHECK(empty.has("redis_slowlog_last_id 0"));
  CHECK(empty.has("redis_last_slow_execution_duration_seconds 0"));
  Page page;
  Made const words{"GET", "secret"};
  add_slow_log(MadeReply(12), list({{11, 1700000000, 25000, words}}), *page);
  CHECK(page.has("redis_slowlog_length 12"));
  CHECK(page.has("redis_slowlog_last_id 11"));
  CHECK(page.has("redis_last_slow_execution_duration_seconds 0.025"));
  CHECK(page.text().find("secret") == std::string::npos);
}

TEST_CASE("CLIENT LIST is added up, and names nobody") {
  Page page;
  add_clients(
      "id=1 addr=10.1.1.1:5000 laddr=10.0.0.1:6379 name=intake age=50 idle=3 flags=N omem=10 tot-mem=100 "
      "cmd=get user=app\n"
      "id=2 addr=10.1.1.2:5000 name= age=70 idle=70 flags=b omem=30 tot-mem=200 cmd=blpop user=app\n"
      "id=3 addr=10.1.1.3:5000 age=7 idle=0 flags=S omem=5 tot-mem=9 cmd=replconf user=replicator\n"
      "id=4 addr=10.1.1.3:5001 age=7 idle=0 flags=P user=app\nnoise\n\n",
      *page);
  CHECK(page.has(R"(redis_client_connections{kind="normal",user="app"} 2)"));
  CHECK(page.has(R"(redis_client_blocked_connections{kind="normal",user="app"} 1)"));
  CHECK(page.has(R"(redis_client_oldest_seconds{kind="normal",user="app"} 70)"));
  CHECK(page.has(R"(redis_client_longest_idle_seconds{kind="normal",user="app"} 70)"));
  CHECK(page.has(R"(redis_client_output_buffers_bytes{kind="normal",user="app"} 40)"));
  CHECK(page.has(R"(redis_client_largest_output_buffer_bytes{kind="normal",user="app"} 30)"));
  CHECK(page.has(R"(redis_client_memory_bytes{kind="normal",user="app"} 300)"));
  CHECK(page.has(R"(redis_client_connections{kind="replica",user="replicator"} 1)"));
  CHECK(page.has(R"(redis_client_connections{kind="pubsub",user="app"} 1)"));
  CHECK(page.text().find("10.1.1") == std::string::npos);
  CHECK(page.text().find("intake") == std::string::npos);
}

TEST_CASE("SENTINEL MASTERS, CKQUORUM, SENTINELS, SLAVES") {
  auto const primaries = read_watched_primaries(list(
      {{"name", "cases", "ip", "10.0.0.1", "port", "6379", "quorum", "2"}, {"name", "without an address"}}));
  REQUIRE(primaries.size() == 1);
  CHECK(primaries[0].address == "10.0.0.1:6379");
  auto const sentinels =
      list({{"name", "s1", "flags", "sentinel"}, {"name", "s2", "flags", "s_down,sentinel"}});
  auto const replicas = list({{"flags", "slave"}, {"flags", "s_down,slave,disconnected"}, {"ip", "10.0.0.9"}});
  Page page;
  add_watched_primary(primaries[0], MadeReply("OK 2 usable Sentinels"), sentinels, replicas, *page);
  CHECK(page.has(
      R"(redis_sentinel_master_ckquorum_status{master_name="cases",message="OK 2 usable Sentinels"} 1)"));
  CHECK(
      page.has(R"(redis_sentinel_master_ok_sentinels{master_address="10.0.0.1:6379",master_name="cases"} 2)"));
  CHECK(page.has(R"(redis_sentinel_master_ok_slaves{master_address="10.0.0.1:6379",master_name="cases"} 1)"));
  Page without;
  MadeReply const refusal(Made::error("NOQUORUM 1 usable Sentinels"));
  add_watched_primary(primaries[0], refusal, list({}), list({}), *without);
  CHECK(without.has(
      R"(redis_sentinel_master_ckquorum_status{master_name="cases",message="NOQUORUM 1 usable Sentinels"} 0)"));
}

}  // namespace
}  // namespace fleet::redis
