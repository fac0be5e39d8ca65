#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/replication.hpp"
#include "exporters/postgres/server_status.hpp"
#include "exporters/postgres/settings.hpp"
#include "exporters/postgres/tables.hpp"

namespace fleet::exporters::postgres {

TEST_CASE("short version") {
  CHECK(short_version("PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu") == "15.20.0");
  CHECK(short_version("PostgreSQL 9.6.24 on x86_64") == "9.6.24");
  CHECK(short_version("PostgreSQL 17beta2 on x86_64") == "17.0.0");
  CHECK(short_version("PostgreSQL 16") == "16.0.0");
  CHECK(short_version("PostgreSQL devel") == "");
  CHECK(short_version("") == "");
}

TEST_CASE("a setting gets base units and their name") {
  auto const bytes = read_setting("shared_buffers", "16384", "8kB", "integer", "Sets it.");
  REQUIRE(bytes);
  CHECK(bytes->metric == "pg_settings_shared_buffers_bytes");
  CHECK(bytes->value == 134217728);
  CHECK(bytes->help == "Sets it.");
  CHECK(read_setting("max_wal_size", "1024", "MB", "integer", "")->value == 1073741824);
  CHECK(read_setting("deadlock_timeout", "1500", "ms", "integer", "")->value == Approx(1.5));
  CHECK(read_setting("deadlock_timeout", "1500", "ms", "integer", "")->metric ==
        "pg_settings_deadlock_timeout_seconds");
  CHECK(read_setting("log_rotation_age", "2", "min", "integer", "")->value == 120);
  CHECK(read_setting("autovacuum", "on", "", "bool", "")->value == 1);
  CHECK(read_setting("autovacuum", "off", "", "bool", "")->value == 0);
  CHECK(read_setting("autovacuum", "off", "", "bool", "")->metric == "pg_settings_autovacuum");
  CHECK(read_setting("autovacuum_vacuum_scale_factor", "0.2", "", "real", "")->value == Approx(0.2));
}

TEST_CASE("a unit may come with a number, and a name with a dot") {
  CHECK(read_setting("wal_buffers", "3", "16MB", "integer", "")->value == 3.0 * 16 * 1024 * 1024);
  CHECK(read_setting("huge", "2", "TB", "integer", "")->value == 2.0 * 1024 * 1024 * 1024 * 1024);
  CHECK(read_setting("age", "2", "d", "integer", "")->value == 172800);
  CHECK(read_setting("pg_stat_statements.max", "5000", "", "integer", "")->metric ==
        "pg_settings_pg_stat_statements_max");
  CHECK(read_setting("work_mem", "4096", "kB", "integer", "")->type == MetricType::gauge);
  // promtool keeps the suffix for histograms.
  CHECK(read_setting("tcp_keepalives_count", "0", "", "integer", "")->type == MetricType::untyped);
}

TEST_CASE("minus one means none or default, in any unit") {
  auto const setting = read_setting("max_slot_wal_keep_size", "-1", "MB", "integer", "");
  REQUIRE(setting);
  CHECK(setting->metric == "pg_settings_max_slot_wal_keep_size_bytes");
  CHECK(setting->value == -1);
}

TEST_CASE("what is no number or has an unknown unit is no setting of ours") {
  CHECK_FALSE(read_setting("archive_mode", "on", "", "enum", ""));
  CHECK_FALSE(read_setting("work_mem", "12x", "kB", "integer", ""));
  CHECK_FALSE(read_setting("work_mem", "", "kB", "integer", ""));
  CHECK_FALSE(read_setting("new_setting", "12", "furlong", "integer", ""));
}

TEST_CASE("seconds that a replica is behind") {
  Standby standby;
  CHECK(replica_lag_seconds(standby) == 0);
  standby.in_recovery = true;
  standby.received = 1000;
  standby.replayed = 1000;
  standby.replay_age = 3600;
  standby.streaming = true;
  SECTION("an idle primary is no lag") { CHECK(replica_lag_seconds(standby) == 0); }
  SECTION("replaying after the end of what was received is none either") {
    standby.replayed = 1001;
    CHECK(replica_lag_seconds(standby) == 0);
  }
  SECTION("received and not replayed is lag") {
    standby.replayed = 999;
    CHECK(replica_lag_seconds(standby) == 3600);
  }
  SECTION("without a WAL receiver it cannot know that it has all") {
    standby.streaming = false;
    CHECK(replica_lag_seconds(standby) == 3600);
  }
  SECTION("nothing replayed yet: unknown") {
    standby.replayed = 0;
    standby.replay_age = std::nullopt;
    CHECK_FALSE(replica_lag_seconds(standby));
    CHECK(replica_lag_seconds(standby, 12.0) == 12);
  }
  SECTION("what the server measured goes before what was observed") {
    standby.replayed = 999;
    CHECK(replica_lag_seconds(standby, 12.0) == 3600);
  }
}

TEST_CASE("the largest tables stay, in their order") {
  std::vector<double> const pages{5, 9, 1, 9, 7};
  CHECK(largest(pages, 10) == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  CHECK(largest(pages, 5) == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  CHECK(largest(pages, 3) == std::vector<std::uint32_t>{1, 3, 4});
  CHECK(largest(pages, 1) == std::vector<std::uint32_t>{1});
  CHECK(largest(pages, 0).empty());
}

TEST_CASE("table filter") {
  std::string scratch;
  TableFilter filter;
  CHECK(filter.admits("public", "cases", scratch));
  filter.exclude = std::make_shared<re2::RE2>("^audit\\.");
  CHECK(filter.admits("public", "audit", scratch));
  CHECK_FALSE(filter.admits("audit", "cases", scratch));
  filter.include = std::make_shared<re2::RE2>("\\.cases$");
  CHECK(filter.admits("public", "cases", scratch));
  CHECK_FALSE(filter.admits("public", "documents", scratch));
  CHECK_FALSE(filter.admits("audit", "cases", scratch));
}

TEST_CASE("one label set in front of several names") {
  Families out;
  LabelledLine line;
  Family& first = out.gauge("pg_a_metric_with_a_long_name", "A.");
  Family& second = out.gauge("pg_b", "B.");
  Label const labels[] = {{"relname", "a\"b\\"}, {"server", "h:1"}};
  line.set(labels);
  line.add(first, 1);
  line.add(second, 2.5);
  Label const others[] = {{"relname", "c"}, {"server", "h:1"}};
  line.set(others);
  line.add(second, 3);
  CHECK(Exposition::render(out, Format::text_0_0_4) ==
        "# HELP pg_a_metric_with_a_long_name A.\n# TYPE pg_a_metric_with_a_long_name gauge\n"
        "pg_a_metric_with_a_long_name{relname=\"a\\\"b\\\\\",server=\"h:1\"} 1\n"
        "# HELP pg_b B.\n# TYPE pg_b gauge\n"
        "pg_b{relname=\"a\\\"b\\\\\",server=\"h:1\"} 2.5\npg_b{relname=\"c\",server=\"h:1\"} 3\n");
}

TEST_CASE("which errors mean that the server is lost") {
  using fleet::postgres::Error;
  CHECK(connection_lost(Error("server closed the connection unexpectedly", "")));
  CHECK(connection_lost(Error("terminating connection due to administrator command", "57P01")));
  CHECK(connection_lost(Error("connection failure", "08006")));
  CHECK(connection_lost(Timeout("a statement")));
  CHECK(connection_lost(std::system_error(std::make_error_code(std::errc::connection_refused))));
  auto const unknown_host = boost::asio::error::make_error_code(boost::asio::error::host_not_found);
  CHECK(connection_lost(boost::system::system_error(unknown_host, "look up db")));
  CHECK_FALSE(connection_lost(Error("canceling statement due to lock timeout", "55P03")));
  CHECK_FALSE(connection_lost(Error("canceling statement due to statement timeout", "57014")));
  CHECK_FALSE(connection_lost(Error("permission denied", "42501")));
  CHECK_FALSE(connection_lost(std::runtime_error("no column")));
}

TEST_CASE("a kept value ages, and a failure is repeated until the next attempt") {
  using std::chrono::minutes;
  using std::chrono::seconds;
  Kept<int> kept(minutes(5));
  auto const start = Deadline::Clock::time_point(std::chrono::hours(1));
  CHECK(kept.due(start));
  kept.store(7, start);
  CHECK_FALSE(kept.due(start + seconds(299)));
  CHECK(kept.value() == 7);
  CHECK(kept.age_seconds(start + seconds(20)) == 20);
  CHECK(kept.due(start + seconds(300)));
  kept.fail("lock timeout", start + seconds(300));
  CHECK_FALSE(kept.due(start + seconds(329)));
  CHECK_THROWS_WITH(kept.value(), "lock timeout");
  CHECK(kept.due(start + seconds(330)));
  kept.store(8, start + seconds(330));
  CHECK(kept.value() == 8);
}

}  // namespace fleet::exporters::postgres
