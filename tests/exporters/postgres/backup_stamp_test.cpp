#include "exporters/postgres/backup_stamp.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"

namespace fleet::exporters::postgres {
namespace {

std::string refusal(const std::string& json, const StampFields& fields = {}) {
  return testing::message_of([&] { parse_stamp(json, fields); });
}

TEST_CASE("a stamp in the usual fields") {
  auto const report = parse_stamp(
      R"({"finished_at": 1795774128, "result": "success", "size_bytes": 2048, "duration_seconds": 12.5, "more": []})",
      {});
  CHECK(report.finished == 1795774128.0);
  CHECK(report.last_success == 1795774128.0);
  CHECK(report.succeeded == true);
  CHECK(report.size_bytes == 2048.0);
  CHECK(report.duration_seconds == 12.5);
}

TEST_CASE("times are numbers or RFC 3339") {
  auto const finished = [](const std::string& time) {
    return parse_stamp("{\"finished_at\": " + time + "}", {}).finished;
  };
  CHECK(finished("\"2026-11-27T10:08:48Z\"") == 1795774128.0);
  CHECK(finished("\"2026-11-27 20:38:48.5+10:30\"") == 1795774128.5);
  CHECK(finished("1795774128.25") == 1795774128.25);
  auto const words = "`/finished_at`: expected Unix seconds or a time such as 2026-11-27T10:08:48Z";
  for (auto const* const bad :
       {R"("yesterday")", R"("2026-11-27")", R"("2026-99-27T10:08:48Z")", "true", "{}"}) {
    INFO(bad);
    CHECK(refusal(std::string("{\"finished_at\": ") + bad + "}") == words);
  }
}

TEST_CASE("a failed backup is no success, whichever field says it") {
  for (auto const* const failed : {R"("result": "failed")", R"("result": false)", R"("exit_code": 1)",
                                   R"("failed": true)", R"("result": "error")"}) {
    INFO(failed);
    auto const report = parse_stamp(std::string("{\"finished_at\": 100, ") + failed + "}", {});
    CHECK(report.succeeded == false);
    CHECK(report.finished == 100.0);
    CHECK_FALSE(report.last_success);
  }
  auto const report = parse_stamp(R"({"finished_at": 100, "last_success_at": 40, "exit_code": 2})", {});
  CHECK(report.last_success == 40.0);
  for (auto const* const good : {R"("result": "OK")", R"("result": true)", R"("exit_code": 0)",
                                 R"("failed": false)", R"("result": null)"}) {
    INFO(good);
    CHECK(parse_stamp(std::string("{\"finished_at\": 100, ") + good + "}", {}).last_success == 100.0);
  }
}

TEST_CASE("fields are found where another tool has them") {
  auto const* const json = R"([{"backup": [{"timestamp": {"stop": 50}, "error": false},
                                {"timestamp": {"stop": 90}, "error": true, "info": {"size": 7}}]}])";
  StampFields const fields = {{"finished_at", "/0/backup/-1/timestamp/stop"},
                              {"failed", "/0/backup/-1/error"},
                              {"size_bytes", "/0/backup/-1/info/size"}};
  auto const report = parse_stamp(json, fields);
  CHECK(report.finished == 90.0);
  CHECK(report.succeeded == false);
  CHECK(report.size_bytes == 7.0);
  for (auto const* const nowhere :
       {"/1/backup", "/-2", "/0/none", "/0/backup/x", "/0/backup/9", "/0/backup/-3/error/x"}) {
    INFO(nowhere);
    CHECK(refusal(json, {{"finished_at", nowhere}}) ==
          "expected `finished_at` or `last_success_at`, found neither");
  }
}

TEST_CASE("what is no stamp is malformed") {
  CHECK(refusal("").starts_with("expected JSON"));
  CHECK(refusal("{\"finished_at\": 1").starts_with("expected JSON"));
  CHECK(refusal("[]") == "expected `finished_at` or `last_success_at`, found neither");
  CHECK(refusal("7") == "expected `finished_at` or `last_success_at`, found neither");
  CHECK(refusal(R"({"finished_at": 1, "size_bytes": -1})") == "`/size_bytes`: expected a number of at least 0");
  CHECK(refusal(R"({"finished_at": 1, "exit_code": "0"})") == "`/exit_code`: expected a number");
  CHECK(refusal(R"({"finished_at": 1, "failed": 1})") == "`/failed`: expected true or false");
  CHECK(refusal(R"({"finished_at": 1, "result": 1})") == "`/result`: expected true, false or a word");
}

TEST_CASE("files: stamps, and the newest of several") {
  testing::TemporaryDirectory directory;
  auto const stamp = directory.write("stamp.json", R"({"finished_at": 5})");
  CHECK(read_stamp_file(stamp, {}).finished == 5.0);
  auto const reason = [](auto&& read) -> std::string {
    try {
      read();
      return "";
    } catch (const BackupProblem& problem) {
      return std::string(problem.reason()) + ": " + problem.what();
    }
  };
  auto const missing = (directory.path() / "none").string(), fifo = (directory.path() / "fifo").string();
  CHECK(reason([&] { read_stamp_file(missing, {}); }) == "unreadable: No such file or directory");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(reason([&] { read_stamp_file(fifo, {}); }) == "unreadable: not a regular file");
  CHECK(reason([&] { read_stamp_file(directory.path().string(), {}); }) == "unreadable: not a regular file");
  auto const large = directory.write("large", std::string(2 * 1024 * 1024, ' '));
  CHECK(reason([&] { read_stamp_file(large, {}); }) == "unreadable: larger than 1048576 bytes");

  namespace fs = std::filesystem;
  auto const older = directory.write("a.dump", "12345"), newer = directory.write("b.dump", "1234567");
  auto const now = fs::last_write_time(newer);
  fs::last_write_time(older, now - std::chrono::hours(1));
  auto const newest = newest_file((directory.path() / "*.dump").string());
  CHECK(newest.size_bytes == 7.0);
  CHECK(newest.succeeded == true);
  fs::last_write_time(older, now + std::chrono::hours(1));
  CHECK(newest_file((directory.path() / "*.dump").string()).size_bytes == 5.0);
  CHECK(reason([&] { newest_file((directory.path() / "*.none").string()); }) ==
        "unreadable: no regular file matches that may be looked at");
}

}  // namespace
}  // namespace fleet::exporters::postgres
