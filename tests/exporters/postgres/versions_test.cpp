// What servers of each version are asked.
#include <catch2/catch.hpp>
#include <string>

#include "exporters/postgres/buffer_cache.hpp"
#include "exporters/postgres/readouts.hpp"
#include "exporters/postgres/statements.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("the statement is the newest that the server knows") {
  constexpr VersionedSql kThree[] = {{130000, "a"}, {140000, "b"}, {170000, "c"}};
  CHECK(sql_for(kThree, 120022) == "");
  CHECK(sql_for(kThree, 130000) == "a");
  CHECK(sql_for(kThree, 139999) == "a");
  CHECK(sql_for(kThree, 140000) == "b");
  CHECK(sql_for(kThree, 160004) == "b");
  CHECK(sql_for(kThree, 170000) == "c");
  CHECK(sql_for(kThree, 180001) == "c");
  CHECK(sql_for({}, 150000) == "");
}

TEST_CASE("what changed between versions is asked as each version has it") {
  for (int version = 130000; version <= 170000; version += 10000) {
    INFO(version);
    CHECK(contains(sql_for(kStatementsSql, version), "shared_blk_read_time") == (version >= 170000));
    CHECK(contains(sql_for(kStatementsSql, version), "sum(blk_read_time)") == (version < 170000));
    CHECK(contains(sql_for(kBufferCacheSql, version), "pg_buffercache_summary()") == (version >= 160000));
    CHECK(contains(sql_for(kVacuumProgress.statements, version), "num_dead_item_ids") == (version >= 170000));
    CHECK(sql_for(kCheckpointer.statements, version).empty() == (version < 170000));
    CHECK(contains(sql_for(kCheckpoints.statements, version), "pg_stat_checkpointer") == (version >= 170000));
    for (const ReadoutDescription* readout :
         {&kCheckpoints, &kDatabaseWraparound, &kPostmaster, &kRoles, &kAutovacuumActivity, &kVacuumProgress,
          &kWalReceiver, &kXlogLocation}) {
      CHECK_FALSE(sql_for(readout->statements, version).empty());
    }
  }
}

TEST_CASE("the schema of an extension") {
  CHECK(with_schema("SELECT $SCHEMA.f($SCHEMA.g)", "\"my ext\"") == "SELECT \"my ext\".f(\"my ext\".g)");
  CHECK(with_schema("SELECT 1", "public") == "SELECT 1");
}

}  // namespace fleet::exporters::postgres
