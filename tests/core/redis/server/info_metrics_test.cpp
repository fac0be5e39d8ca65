#include "core/redis/server/info_metrics.hpp"

#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "core/redis/reply.hpp"

namespace fleet::redis {
namespace {

std::string page_of(const std::string& info) {
  Families families;
  ServerPage page(families);
  add_info(InfoText(info), 0, page);
  return Exposition::render(families, Format::text_0_0_4);
}

bool has(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("INFO of a replica") {
  auto const page = page_of(
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\ntcp_port:6379\r\n# "
      "Replication\r\nrole:slave\r\n"
      "master_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\n"
      "master_sync_in_progress:0\r\nslave_repl_offset:14\r\nslave_read_only:1\r\nconnected_slaves:0\r\nrdb_"
      "last_bgsave_status:"
      "err\r\n");
  CHECK(has(page, R"(redis_master_link_up{master_host="10.0.0.1",master_port="6379"} 0)"));
  CHECK(has(page, R"(redis_master_last_io_seconds_ago{master_host="10.0.0.1",master_port="6379"} -1)"));
  CHECK(has(page, "redis_connected_slaves 0"));
  CHECK(has(page, "redis_rdb_last_bgsave_status 0"));
  CHECK(page.find("redis_memory_used_bytes") == std::string::npos);
  CHECK(page.find("role=\"slave\"") != std::string::npos);
  CHECK(has(page, R"(redis_slave_info{master_host="10.0.0.1",master_port="6379",read_only="1"} 1)"));
}

TEST_CASE("INFO of a primary with replicas and databases") {
  auto const page = page_of(
      "redis_version:7.0.15\r\nrole:master\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=14,lag=1\r\n"
      "slave1:ip=10.0.0.3,port=6380,state=wait_bgsave,offset=0,lag=0\r\nused_memory:1024\r\nmaxmemory:0\r\n"
      "latest_fork_usec:1500\r\nkeyspace_hits:7\r\ndb0:keys=3,expires=1,avg_ttl=5\r\ndbx:keys=1\r\n");
  CHECK(page.find("redis_slave_info") == std::string::npos);
  CHECK(has(
      page,
      R"(redis_connected_slave_lag_seconds{slave_ip="10.0.0.2",slave_port="6379",slave_state="online"} 1)"));
  CHECK(has(
      page,
      R"(redis_connected_slave_offset_bytes{slave_ip="10.0.0.3",slave_port="6380",slave_state="wait_bgsave"} 0)"));
  CHECK(has(page, "redis_memory_used_bytes 1024"));
  CHECK(has(page, "redis_latest_fork_seconds 0.0015"));
  CHECK(has(page, "redis_keyspace_hits_total 7"));
  CHECK(has(page, R"(redis_db_keys{db="db0"} 3)"));
  CHECK(has(page, R"(redis_db_keys_expiring{db="db0"} 1)"));
  CHECK(page.find("dbx") == std::string::npos);
}

TEST_CASE("what is no INFO is no Redis that is up") {
  for (auto const* text : {"", "OK", "used_memory:1\n", "redis_version:\n"}) {
    Families families;
    ServerPage page(families);
    CHECK_THROWS_AS(add_info(InfoText(text), 16, page), ProtocolError);
    CHECK(Exposition::render(families, Format::text_0_0_4) == "");
  }
}

TEST_CASE("fields that are not as they should be have no samples") {
  auto const page = page_of("redis_version:7\n::::\n\n#\nused_memory:lots\nslave0:,,,=\n");
  CHECK(page.find("redis_memory_used_bytes") == std::string::npos);
}

TEST_CASE("commands, their latencies and errors") {
  auto const page = page_of(
      "redis_version:7.0.15\r\ncmdstat_get:calls=21,usec=175,usec_per_call=8.33\r\n"
      "cmdstat_config|get:calls=2,usec=40,usec_per_call=20.00,rejected_calls=3,failed_calls=1\r\n"
      "latency_percentiles_usec_config|get:p50=20.095,p99=30.1,p99.9=30.2\r\n"
      "latency_percentiles_usec_gone:p50=1\r\nerrorstat_WRONGTYPE:count=4\r\n");
  CHECK(has(page, R"(redis_commands_total{cmd="get"} 21)"));
  CHECK(has(page, R"(redis_commands_duration_seconds_total{cmd="config|get"} 4e-05)"));
  CHECK(has(page, R"(redis_commands_rejected_calls_total{cmd="config|get"} 3)"));
  CHECK(has(page, R"(redis_commands_failed_calls_total{cmd="config|get"} 1)"));
  CHECK(page.find(R"(redis_commands_failed_calls_total{cmd="get"})") == std::string::npos);
  CHECK(has(page, R"(redis_latency_percentiles_usec{cmd="config|get",quantile="50"} 20.095)"));
  CHECK(has(page, R"(redis_latency_percentiles_usec{cmd="config|get",quantile="99.9"} 30.2)"));
  CHECK(has(page, R"(redis_latency_percentiles_usec_sum{cmd="config|get"} 40)"));
  CHECK(has(page, R"(redis_latency_percentiles_usec_count{cmd="config|get"} 2)"));
  CHECK(has(page, "# TYPE redis_latency_percentiles_usec summary"));
  CHECK(page.find("gone") == std::string::npos);
  CHECK(has(page, R"(redis_errors_total{err="WRONGTYPE"} 4)"));
}

TEST_CASE("databases without keys are 0, databases beyond the setting are shown") {
  Families families;
  ServerPage page(families, "10.0.0.1:6379");
  add_info(InfoText("redis_version:7\ndb1:keys=3,expires=1,avg_ttl=2500\ndb7:keys=1,expires=0,avg_ttl=0\n"), 3,
           page);
  auto const text = Exposition::render(families, Format::text_0_0_4);
  CHECK(has(text, R"(redis_db_keys{addr="10.0.0.1:6379",db="db0"} 0)"));
  CHECK(has(text, R"(redis_db_keys{addr="10.0.0.1:6379",db="db1"} 3)"));
  CHECK(has(text, R"(redis_db_keys_expiring{addr="10.0.0.1:6379",db="db2"} 0)"));
  CHECK(has(text, R"(redis_db_keys{addr="10.0.0.1:6379",db="db7"} 1)"));
  CHECK(text.find("db3") == std::string::npos);
  CHECK(has(text, R"(redis_db_avg_ttl_seconds{addr="10.0.0.1:6379",db="db1"} 2.5)"));
}

TEST_CASE("a sentinel's INFO") {
  auto const page = page_of(
      "redis_version:7\nredis_mode:sentinel\nsentinel_masters:2\nsentinel_tilt:1\nsentinel_running_scripts:0\n"
      "master0:name=cases,status=ok,address=10.0.0.1:6379,slaves=2,sentinels=3\n"
      "master1:name=queue,status=odown,address=10.0.0.9:6379,slaves=0,sentinels=3\n");
  CHECK(has(page, "redis_sentinel_masters 2"));
  CHECK(has(page, "redis_sentinel_tilt 1"));
  CHECK(has(
      page,
      R"(redis_sentinel_master_status{master_address="10.0.0.1:6379",master_name="cases",master_status="ok"} 1)"));
  CHECK(has(
      page,
      R"(redis_sentinel_master_status{master_address="10.0.0.9:6379",master_name="queue",master_status="odown"} 0)"));
  CHECK(has(page, R"(redis_sentinel_master_slaves{master_address="10.0.0.1:6379",master_name="cases"} 2)"));
}

TEST_CASE("CLUSTER INFO") {
  Families families;
  ServerPage page(families);
  add_cluster_info(
      InfoText("cluster_state:fail\r\ncluster_slots_assigned:16384\r\n"
               "cluster_stats_messages_sent:12\r\ncluster_stats_messages_ping_sent:5\r\nother:1\r\n"),
      page);
  auto const text = Exposition::render(families, Format::text_0_0_4);
  CHECK(has(text, "redis_cluster_state 0"));
  CHECK(has(text, "redis_cluster_slots_assigned 16384"));
  CHECK(has(text, "redis_cluster_messages_sent_total 12"));
  CHECK(has(text, "redis_cluster_stats_messages_ping_sent 5"));
  CHECK(text.find("other") == std::string::npos);
}

}  // namespace
}  // namespace fleet::redis
