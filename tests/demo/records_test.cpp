// Hop messages, batches and the compliance dashboard as plain data.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "demo/batch_ledger.hpp"
#include "demo/hop_message.hpp"
#include "demo/monitor.hpp"

using namespace fleet::demo;

TEST_CASE("a hop message survives the queue") {
  HopMessage message;
  message.hop_id = "h1";
  message.attempt = 2;
  message.source = "intake";
  message.target = "document";
  message.operation = "SendMessage";
  message.trace_id = "0123";
  message.request = R"({"text":"a \"b\""})";
  auto const hop = decode("1793692800250000 " + encode(message));
  REQUIRE(hop);
  CHECK(hop->enqueued_us == 1793692800250000);
  CHECK(hop->message.hop_id == "h1");
  CHECK(hop->message.attempt == 2);
  CHECK(hop->message.source == "intake");
  CHECK(hop->message.target == "document");
  CHECK(hop->message.operation == "SendMessage");
  CHECK(hop->message.trace_id == "0123");
  CHECK(hop->message.request == message.request);

  std::vector<std::string> const common{"hop_id", "h1",          "attempt",  "2",
                                        "src",    "intake",      "dst",      "document",
                                        "op",     "SendMessage", "t_enq_us", "1793692800250000"};
  auto const with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };
  CHECK(record_fields(*hop, 1793692800250007, "ok", 0) ==
        with({"outcome", "ok", "trace_id", "0123", "t_deq_us", "1793692800250007"}));
  CHECK(record_fields(*hop, 1793692800250007, "error", -32603) ==
        with({"outcome", "error", "trace_id", "0123", "t_deq_us", "1793692800250007", "err", "-32603"}));
  CHECK(record_fields(*hop, std::nullopt, "timeout", 0) == with({"outcome", "timeout", "trace_id", "0123"}));
}

TEST_CASE("what is no hop message is not taken for one") {
  CHECK_FALSE(decode(""));
  CHECK_FALSE(decode("17936928"));
  CHECK_FALSE(decode("17936928 "));
  CHECK_FALSE(decode("x {}"));
  CHECK_FALSE(decode("1 {}"));
  CHECK_FALSE(decode(R"(1 {"attempt":1,"hop_id":"h","src":"a"})"));
  CHECK(decode(R"(1 {"attempt":1,"hop_id":"h","src":"a","dst":"b"})"));
}

TEST_CASE("TIME becomes microseconds") { CHECK(to_microseconds("1793692800", "42") == 1793692800000042); }

TEST_CASE("a document survives the queue") {
  auto const entry = encode({"B1", "B1-7"}, 1793692800250000);
  CHECK(entry == R"({"batch_id":"B1","document_id":"B1-7","enqueued_at_us":1793692800250000})");
  auto const document = decode_document(entry);
  CHECK(document.batch_id == "B1");
  CHECK(document.document_id == "B1-7");
  CHECK(decode_document("nonsense").document_id.empty());
}

TEST_CASE("a batch ends when each of its documents is counted") {
  BatchLedger ledger;
  Batch batch;
  batch.id = "B1";
  batch.size = 3;
  ledger.begin(batch);
  CHECK(ledger.knows("B1"));
  CHECK_FALSE(ledger.count("B2", true));
  CHECK(ledger.count("B1", true));
  CHECK(ledger.count("B1", false));
  CHECK(ledger.ended().empty());
  CHECK(ledger.count("B1", true));
  REQUIRE(ledger.ended().size() == 1);
  CHECK(ledger.ended()[0].succeeded == 2);
  CHECK(ledger.ended()[0].failed == 1);
  ledger.begin(batch);  // known: keeps its counts
  CHECK(ledger.ended().size() == 1);
  ledger.remove("B1");
  CHECK(ledger.empty());
}

TEST_CASE("documents that nobody has are missing") {
  BatchLedger ledger;
  Batch batch;
  batch.id = "B1";
  batch.size = 10;
  ledger.begin(batch);
  batch.id = "B2";
  ledger.begin(batch);
  ledger.count("B1", true);
  CHECK(ledger.missing({{"B1", 9}, {"B2", 4}, {"B3", 7}}) == std::map<std::string, std::uint32_t>{{"B2", 6}});
  CHECK(ledger.missing({}) == std::map<std::string, std::uint32_t>{{"B1", 9}, {"B2", 10}});
}

TEST_CASE("the dashboard tells what the last check found") {
  ComplianceReport report;
  auto parsed = boost::json::parse(dashboard_json(report)).as_object();
  CHECK(parsed.at("status").as_string() == "unknown");
  CHECK(parsed.at("checks_total").to_number<int>() == 0);
  REQUIRE(parsed.at("frameworks").as_array().size() == 4);

  report.checks = 3;
  report.last_check_unix = 1793692800.25;
  CHECK(boost::json::parse(dashboard_json(report)).as_object().at("status").as_string() == "compliant");
  report.open_violations["spam_act_2003"] = 2;
  parsed = boost::json::parse(dashboard_json(report)).as_object();
  CHECK(parsed.at("status").as_string() == "violations");
  CHECK(parsed.at("last_check_unix").to_number<double>() == 1793692800.25);
  CHECK(parsed.at("checks_total").to_number<int>() == 3);
  auto const& frameworks = parsed.at("frameworks").as_array();
  REQUIRE(frameworks.size() == 5);
  CHECK(boost::json::serialize(frameworks[4]) ==
        R"({"name":"spam_act_2003","status":"violations","open_violations":2})");
  CHECK(frameworks[3].as_object().at("status").as_string() == "compliant");
}
