#include "exporters/documents/batch_record.hpp"

#include <catch2/catch.hpp>

#include "core/redis/reply_reader.hpp"

using namespace fleet;
using namespace fleet::exporters::documents;

namespace {

/// Parses a record given as a flat list of names and values, through the wire format.
std::variant<BatchRecord, Skip> parse(const std::vector<std::string>& fields) {
  static redis::ReplyArena arena;
  std::string wire = "*" + std::to_string(fields.size()) + "\r\n";
  for (auto const& field : fields) wire += "$" + std::to_string(field.size()) + "\r\n" + field + "\r\n";
  redis::ReplyReader reader;
  reader.feed(wire);
  REQUIRE(reader.next(arena));
  return parse_batch(redis::Reply(&arena, 0));
}

std::vector<std::string> finished(const std::string& name = "", const std::string& value = "") {
  std::vector<std::string> fields{"event",     "finished", "batch_id", "b1", "pipeline", "p",  "size", "500",
                                  "succeeded", "498",      "failed",   "2",  "at_us",    "17", "note", "new"};
  for (std::size_t i = 0; i < fields.size(); i += 2) {
    if (fields[i] == name) fields[i + 1] = value;
  }
  return fields;
}

}  // namespace

TEST_CASE("a record as agreed, with a field of a later version") {
  auto const parsed = parse(finished());
  auto const* const record = std::get_if<BatchRecord>(&parsed);
  REQUIRE(record);
  CHECK(record->event == BatchEvent::finished);
  CHECK(record->batch_id == "b1");
  CHECK(record->pipeline == "p");
  CHECK(record->size == 500);
  CHECK(record->succeeded == 498);
  CHECK(record->failed == 2);
  CHECK(record->at_us == 17);
}

TEST_CASE("a start needs no outcome") {
  auto const parsed = parse({"event", "started", "batch_id", "b", "pipeline", "p", "size", "1", "at_us", "5"});
  CHECK(std::holds_alternative<BatchRecord>(parsed));
}

TEST_CASE("records that are not as agreed") {
  auto const reason = [](const std::string& name, const std::string& value) {
    auto const parsed = parse(finished(name, value));
    REQUIRE(std::holds_alternative<Skip>(parsed));
    return std::get<Skip>(parsed);
  };
  CHECK(reason("event", "paused") == Skip::malformed);
  CHECK(reason("batch_id", "") == Skip::malformed);
  CHECK(reason("pipeline", "") == Skip::malformed);
  CHECK(reason("size", "many") == Skip::malformed);
  CHECK(reason("size", "5x") == Skip::malformed);
  CHECK(reason("at_us", "") == Skip::malformed);
  CHECK(reason("failed", "1.5") == Skip::malformed);
  CHECK(reason("batch_id", "b\xff") == Skip::malformed);  // would make the checkpoint unreadable
  CHECK(reason("pipeline", "p\xc3") == Skip::malformed);
  CHECK(reason("pipeline", "p\n") == Skip::malformed);
  CHECK(reason("batch_id", std::string(257, 'b')) == Skip::malformed);
  CHECK(reason("pipeline", std::string(65, 'p')) == Skip::malformed);
  CHECK(reason("size", "1000000001") == Skip::malformed);
  CHECK(reason("succeeded", "9223372036854775807") == Skip::malformed);
  CHECK(reason("failed", "1000000001") == Skip::malformed);
  CHECK(reason("at_us", "9223372036854775807") == Skip::malformed);
  CHECK(reason("size", "-1") == Skip::negative);
  CHECK(reason("failed", "-2") == Skip::negative);
  CHECK(std::get<Skip>(parse({"event"})) == Skip::malformed);
  CHECK(std::get<Skip>(parse({})) == Skip::malformed);
}

TEST_CASE("records at the limits of what is taken") {
  for (auto const& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"batch_id", std::string(256, 'b')},
                                                        {"pipeline", std::string(64, 'p')},
                                                        {"pipeline", "Schrifts\xc3\xa4tze"},
                                                        {"size", "1000000000"},
                                                        {"at_us", "253402300799999999"}}) {
    INFO(name << " " << value);
    CHECK(std::holds_alternative<BatchRecord>(parse(finished(name, value))));
  }
}

TEST_CASE("the age of the queue is that of its oldest end") {
  auto const entry = [](std::int64_t at) {
    return R"({"batch_id":"b","document_id":"d","enqueued_at_us":)" + std::to_string(at) + "}";
  };
  auto const enqueued = [](const std::string& text) {
    auto const read = parse_queue_entry(text);
    return read ? std::optional(read->enqueued_at_us) : std::nullopt;
  };
  CHECK(enqueued(entry(7)) == 7);
  CHECK(enqueued("{}") == std::nullopt);
  CHECK(enqueued("[1") == std::nullopt);
  CHECK(enqueued(R"({"enqueued_at_us":"7"})") == std::nullopt);
  CHECK(enqueued(R"({"enqueued_at_us":-7})") == std::nullopt);
  CHECK(parse_queue_entry(entry(7))->attempt == 1);
  CHECK(parse_queue_entry(R"({"enqueued_at_us":7,"attempt":3})")->attempt == 3);
  CHECK_FALSE(parse_queue_entry(R"({"enqueued_at_us":7,"attempt":"3"})"));
  CHECK_FALSE(parse_queue_entry(R"({"enqueued_at_us":7,"attempt":0})"));
}

TEST_CASE("a stage tells when it began and ended, and perhaps of how many documents") {
  auto const stage = [](const std::string& name = "", const std::string& value = "") {
    std::vector<std::string> fields{"event", "stage", "batch_id", "b", "pipeline", "p",
                                    "stage", "ocr",   "began_us", "5", "at_us",    "9"};
    if (name == "succeeded" || name == "failed") fields.insert(fields.end(), {name, value});
    for (std::size_t i = 0; i < fields.size(); i += 2) {
      if (fields[i] == name) fields[i + 1] = value;
    }
    return parse(fields);
  };
  auto const parsed = stage("failed", "2");
  auto const* const record = std::get_if<BatchRecord>(&parsed);
  REQUIRE(record);
  CHECK(record->event == BatchEvent::stage);
  CHECK(record->stage == "ocr");
  CHECK(record->began_us == 5);
  CHECK(record->at_us == 9);
  CHECK(record->succeeded == 0);
  CHECK(record->failed == 2);
  auto const reason = [&](const std::string& name, const std::string& value) {
    return std::get<Skip>(stage(name, value));
  };
  CHECK(reason("stage", "") == Skip::malformed);
  CHECK(reason("stage", std::string(65, 'x')) == Skip::malformed);
  CHECK(reason("stage", "a\nb") == Skip::malformed);
  CHECK(reason("began_us", "") == Skip::malformed);
  CHECK(reason("began_us", "soon") == Skip::malformed);
  CHECK(reason("succeeded", "many") == Skip::malformed);
  CHECK(reason("batch_id", "") == Skip::malformed);
  CHECK(reason("began_us", "10") == Skip::negative);
  CHECK(reason("began_us", "-1") == Skip::negative);
  CHECK(reason("failed", "-1") == Skip::negative);
}
