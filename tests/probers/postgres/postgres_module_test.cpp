// What the reader of the postgres probe's options accepts, and where it finds each mistake.
#include "probers/postgres/postgres_module.hpp"

#include <catch2/catch.hpp>

#include "probers/postgres/canary_probe.hpp"
#include "probers/postgres/postgres_probe.hpp"
#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::probers;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using fleet::testing::message_of;

namespace {

std::shared_ptr<const Module> read(const std::string& options) {
  auto const root = config::Document::parse("postgres: {" + options + "}", "p.yml").root();
  return read_postgres(root.mapping({"postgres"}).optional("postgres"), root, {});
}

std::string error(const std::string& options) {
  return message_of([&] { read(options); });
}

}  // namespace

TEST_CASE("postgres module: each check makes its probe") {
  auto const is_canary = [](const std::shared_ptr<const Module>& module) {
    return std::dynamic_pointer_cast<CanaryProbe>(module->probe({"127.0.0.1:1", ""})) != nullptr;
  };
  CHECK_FALSE(is_canary(read("")));
  CHECK_FALSE(is_canary(
      read("check: connect, username: u, password: p, database: d, sslmode: disable, role: replica")));
  CHECK_FALSE(
      is_canary(read("check: query, sql: SELECT 1, expect_value: '1', expect_row_count: 1, expect_rows_match: "
                     "['1'], expect_rows_not_match: ['2'], preferred_ip_protocol: ip4")));
  CHECK(is_canary(read("check: canary")));
  CHECK(is_canary(
      read("check: canary, nodes: ['h:1', 'h:2', 'h'], table: ops.canary_1, create_table: true, prober: p, "
           "keep: 10, max_replica_lag: 500ms, required_replicas: 2, connect_timeout: 1s")));
  CHECK_THROWS_AS(read("check: canary")->probe({"h:x", ""}), BadTarget);
}

TEST_CASE("postgres module: mistakes and their places") {
  CHECK_THAT(error("check: ping"), StartsWith("p.yml:1:19: expected one of `connect`, `query`, `canary`"));
  CHECK_THAT(error("sql: SELECT 1"), StartsWith("p.yml:1:17: `sql` belongs to another check than `connect`"));
  CHECK_THAT(error("check: query, sql: x, nodes: ['h:1']"),
             Contains("`nodes` belongs to another check than `query`"));
  CHECK_THAT(error("check: canary, role: primary"), Contains("`role` belongs to another check than `canary`"));
  CHECK_THAT(error("check: query"), Contains("missing key `sql`"));
  CHECK_THAT(error("check: query, sql: ''"), Contains("not empty"));
  CHECK_THAT(error("check: query, sql: x, expect_rows_match: ['(']"), Contains("regular expression"));
  CHECK_THAT(error("role: leader"), Contains("expected one of `primary`, `replica`"));
  CHECK_THAT(error("sslmode: on"), Contains("expected one of `disable`"));
  CHECK_THAT(error("sslmode: verify-full"), Contains("expected `sslrootcert` beside it"));
  CHECK_THAT(error("sslmode: verify-full, sslrootcert: absent.pem"),
             StartsWith("p.yml:1:47: ") && Contains("absent.pem"));
  CHECK_THAT(error("password: a, password_file: b"), Contains("either `password` or `password_file`"));
  CHECK_THAT(error("source_ip_address: 127.0.0.1"), Contains("unknown key"));
  CHECK_THAT(error("preferred_ip_protocol: ip5"), StartsWith("p.yml:1:35: "));
  CHECK_THAT(error("check: canary, table: 'a; DROP TABLE b'"),
             StartsWith("p.yml:1:34: expected a table's name"));
  CHECK_THAT(error("check: canary, table: a.b.c"), Contains("expected a table's name"));
  CHECK_THAT(error("check: canary, nodes: []"), Contains("at least one entry"));
  CHECK_THAT(error("check: canary, nodes: ['h:5432', h]"), Contains("each node once"));
  CHECK_THAT(error("check: canary, nodes: ['h:1', 'h:2'], required_replicas: 2"), Contains("from 0 to 1"));
  CHECK_THAT(error("check: canary, keep: 1"), Contains("from 2 to"));
  auto const nothing = config::Document::parse("type: postgres", "p.yml").root();
  CHECK_THAT(message_of([&] { read_postgres(std::nullopt, nothing, {}); }), Contains("missing key `postgres`"));
}
