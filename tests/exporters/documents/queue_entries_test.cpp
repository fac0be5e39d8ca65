// Stuck and poison entries, and the pace of the queue.
#include "exporters/documents/queue_entries.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "core/redis/reply_reader.hpp"
#include "tests/exporters/page.hpp"

using namespace fleet;
using namespace fleet::exporters::documents;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t t0 = 1'700'000'000 * second;

/// A list as LRANGE answers it.
class List {
 public:
  explicit List(const std::vector<std::string>& entries) {
    std::string wire = "*" + std::to_string(entries.size()) + "\r\n";
    for (auto const& entry : entries) wire += "$" + std::to_string(entry.size()) + "\r\n" + entry + "\r\n";
    redis::ReplyReader reader;
    reader.feed(wire);
    REQUIRE(reader.next(arena_));
  }
  redis::Reply reply() const { return redis::Reply(&arena_, 0); }

 private:
  redis::ReplyArena arena_;
};

std::string entry(std::int64_t age_s, const std::string& more = "") {
  return R"({"batch_id":"b","document_id":"d","enqueued_at_us":)" + std::to_string(t0 - age_s * second) + more +
         "}";
}

testing::Page page_of(const QueueEntries& entries) {
  Families families;
  entries.add_families(families);
  return {Exposition::render(families, Format::text_0_0_4), true};
}

QueueEntries look(const std::vector<std::string>& head, const std::vector<std::string>& tail,
                  std::size_t depth) {
  List const first(head), last(tail);
  return QueueEntries(first.reply(), last.reply(), depth, {}, t0);
}

}  // namespace

TEST_CASE("stuck, poison and the oldest, at whichever end they are") {
  std::vector<std::string> const all{
      entry(400), "not JSON", entry(10, ",\"attempt\":6"), entry(301, ",\"attempt\":5"), entry(300), "[]"};
  auto const entries = look(all, all, all.size());
  auto const page = page_of(entries);
  CHECK(page.value("document_queue_scanned_entries") == 6.0);
  CHECK(page.value("document_queue_stuck_entries") == 2.0);
  CHECK(page.value(R"(document_queue_poison_entries{reason="unparsable"})") == 2.0);
  CHECK(page.value(R"(document_queue_poison_entries{reason="retried"})") == 1.0);
  CHECK(entries.oldest_age_seconds() == 400.0);
  // Filled at the head: the oldest is at the tail.
  CHECK(look({entry(1)}, {entry(70)}, 900).oldest_age_seconds() == 70.0);
  CHECK(look({"x"}, {entry(70)}, 900).oldest_age_seconds() == 70.0);
  CHECK(look({entry(-5)}, {entry(-5)}, 1).oldest_age_seconds() == 0.0);
}

TEST_CASE("entries that both ends show are counted once") {
  std::vector<std::string> const head{entry(1), entry(2), entry(3)}, tail{entry(3), entry(4), "x"};
  CHECK(page_of(look(head, tail, 5)).value("document_queue_scanned_entries") == 5.0);
  CHECK(page_of(look(head, tail, 6)).value("document_queue_scanned_entries") == 6.0);
  CHECK(page_of(look(head, tail, 3)).value("document_queue_scanned_entries") == 3.0);
  // It grew between the answers to LLEN and LRANGE.
  CHECK(page_of(look(head, tail, 0)).value("document_queue_scanned_entries") == 3.0);
}

TEST_CASE("nothing tells no age") {
  CHECK(look({}, {}, 0).oldest_age_seconds() == 0.0);
  CHECK(look({"x"}, {"x"}, 1).oldest_age_seconds() == std::nullopt);
}

TEST_CASE("the pace is what came in less what the queue grew by") {
  QueuePace pace;
  pace.note(t0, 400, 1000);
  CHECK_FALSE(pace.taken_per_second());
  pace.note(t0 + 9 * second, 350, 1000);
  CHECK_FALSE(pace.taken_per_second());
  pace.note(t0 + 10 * second, 300, 1000);
  CHECK(pace.taken_per_second() == 10.0);
  // 500 more came, and the queue grew by 300 all the same: 200 more were taken.
  pace.note(t0 + 20 * second, 600, 1500);
  CHECK(pace.taken_per_second() == 15.0);
  // Only the last two minutes count.
  pace.note(t0 + 140 * second, 600, 1500);
  CHECK(pace.taken_per_second() == 0.0);
}

TEST_CASE("several scrapers do not shorten what the pace is measured over") {
  QueuePace pace;
  for (int n = 0; n <= 1000; ++n) {
    pace.note(t0 + n * second / 50, 1000 - n, 0);
    pace.note(t0 + n * second / 50, 1000 - n, 0);
  }
  CHECK(pace.taken_per_second() == 50.0);
}

TEST_CASE("no pace is told from counts that do not fit together") {
  QueuePace pace;
  pace.note(t0, 100, 1000);
  pace.note(t0 + 30 * second, 200, 1000);  // somebody queued without a batch
  CHECK_FALSE(pace.taken_per_second());
  pace.note(t0 + 31 * second, 100, 500);  // counts began anew
  CHECK_FALSE(pace.taken_per_second());
  pace.note(t0 + 61 * second, 40, 500);
  CHECK(pace.taken_per_second() == 2.0);
  pace.note(t0, 40, 500);  // the clock was set back
  CHECK_FALSE(pace.taken_per_second());
  pace.note(t0 + 30 * second, 10, 500);
  CHECK(pace.taken_per_second() == 1.0);
  pace.forget();
  CHECK_FALSE(pace.taken_per_second());
}

TEST_CASE("time to drain: depth over pace, never for a queue that stands, at once for an empty one") {
  auto const drain = [](std::optional<double> pace, std::int64_t depth) {
    Families families;
    add_pace(pace, depth, families);
    return testing::Page{Exposition::render(families, Format::text_0_0_4), true}.value(
        "document_queue_drain_seconds");
  };
  CHECK(drain(4.0, 100) == 25.0);
  CHECK(drain(0.0, 100) == std::numeric_limits<double>::infinity());
  CHECK(drain(0.0, 0) == 0.0);
  CHECK(drain(std::nullopt, 0) == 0.0);
  CHECK_FALSE(drain(std::nullopt, 100));
}
