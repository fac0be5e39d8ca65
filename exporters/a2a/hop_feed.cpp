#include "exporters/a2a/hop_feed.hpp"

#include <random>

#include "core/app/logging.hpp"

namespace fleet::exporters::a2a {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view batch_size = "1000";
constexpr std::size_t full_batch = 1000;
constexpr milliseconds block{1000};
constexpr std::string_view block_text = "1000";
constexpr milliseconds answer_limit{3000};
// Between two reads that did not fill a batch: a transaction a hop would cost more than the hop.
constexpr milliseconds gather{50};
constexpr milliseconds inspect_every{1000};
constexpr std::size_t recall_page = 1000;
constexpr std::size_t recall_pages = 20;

std::string random_name() {
  std::random_device source;
  std::string name;
  for (int n = 0; n < 16; ++n) name += "0123456789abcdef"[source() & 15];
  return name;
}

}  // namespace

HopFeed::HopFeed(redis::Options redis, HopSettings hops, milliseconds window, Mode mode)
    : StreamFeed("hop feed", redis.address(), hops.stream, mode),
      redis_(std::move(redis)),
      hops_(std::move(hops)),
      ledger_({.writer = random_name(),
               .recent_hops = hops_.remembered_hops,
               .max_pairs = hops_.max_pairs,
               .window = window}) {}

std::shared_ptr<HopFeed::Handle> HopFeed::start(asio::any_io_executor executor, redis::Options redis,
                                                HopSettings hops, milliseconds window, Mode mode) {
  std::shared_ptr<HopFeed> feed(new HopFeed(std::move(redis), std::move(hops), window, mode));
  feed->begin(std::move(executor));
  return std::make_shared<Handle>(std::move(feed));
}

void HopFeed::log_resets(const ResetCounts& before) {
  for (std::size_t n = 0; n < reset_reason_names.size(); ++n) {
    if (ledger_.counts().resets[n] == before[n]) continue;
    logging::warn("hop feed found its place anew",
                  {{"stream", hops_.stream}, {"reason", std::string(reset_reason_names[n])}});
  }
}

void HopFeed::set_window(milliseconds window) {
  if (ledger_.latencies().set_window(window)) recall_wanted_ = true;
}

void HopFeed::set_clock(const redis::Reply& time) {
  // Set back: what is in the windows would stay for too long.
  if (!clock_.set(time)) ledger_.latencies().forget_windows();
}

awaitable<void> HopFeed::session() {
  auto const connection = co_await redis::Connection::open(redis_, Deadline::after(redis_.connect_timeout));
  if (mode() == Mode::look) {
    co_await look(*connection);
    co_return;
  }
  co_await load(*connection);
  co_await replay_pending(*connection);
  note_up();
  co_await follow(*connection);
}

awaitable<void> HopFeed::load(redis::Connection& connection) {
  redis::Pipeline pipeline;
  pipeline.add({"TIME"});
  pipeline.add({"WATCH", hops_.checkpoint});
  pipeline.add({"HGETALL", hops_.checkpoint});
  pipeline.add({"GET", hops_.recent_key()});
  pipeline.add({"XINFO", "STREAM", hops_.stream});
  pipeline.add({"XINFO", "GROUPS", hops_.stream});
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  set_clock(replies[0]);
  replies[1].checked();
  std::optional<HopCounts> stored;
  bool unreadable = false;
  replies[2].checked();
  try {
    stored = decode_checkpoint(replies[2]);
  } catch (const std::runtime_error& error) {
    unreadable = true;
    logging::error("checkpoint cannot be read", {{"key", hops_.checkpoint}, {"err", error.what()}});
  }
  auto const recent = replies[3].checked().is_nil() ? std::string_view() : replies[3].text();
  auto const stream = redis::read_stream_state(replies[4], replies[5], hops_.group);
  bool const first = !ledger_.loaded();
  auto const before = first && stored ? stored->resets : ledger_.counts().resets;
  ledger_.adopt(std::move(stored), unreadable, recent, stream, clock_.now_us());
  co_await claim(connection, !stream.group_delivered);
  log_resets(before);
  if (!recalled_ || recall_wanted_) co_await recall(connection);
  recalled_ = true;
}

awaitable<void> HopFeed::claim(redis::Connection& connection, bool create_group) {
  redis::Pipeline pipeline;
  auto const place = add_transaction(pipeline, create_group);
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  check_transaction(replies, place);
}

HopFeed::Place HopFeed::add_transaction(redis::Pipeline& pipeline, bool create_group) {
  auto const transaction = ledger_.transaction();
  auto const recent_key = hops_.recent_key();
  pipeline.add({"MULTI"});
  if (create_group) pipeline.add({"XGROUP", "CREATE", hops_.stream, hops_.group, "0", "MKSTREAM"});
  std::vector<std::string_view> words{"HSET", hops_.checkpoint};
  transaction.fields.append_to(words);
  pipeline.add(words);
  if (transaction.rewrite_recent) {
    // At once as long as it will be, so that reading it never takes more memory than the first time.
    auto const last = std::to_string(RecentHops::entry_bytes * (hops_.remembered_hops - 1));
    pipeline.add({"DEL", recent_key});
    pipeline.add({"SETRANGE", recent_key, last, std::string(RecentHops::entry_bytes, '\0')});
  }
  for (auto const& part : transaction.recent) {
    auto const offset = std::to_string(part.offset);
    pipeline.add({"SETRANGE", recent_key, offset, part.bytes});
  }
  if (!ledger_.acknowledge().empty()) {
    words.assign({"XACK", hops_.stream, hops_.group});
    words.insert(words.end(), ledger_.acknowledge().begin(), ledger_.acknowledge().end());
    pipeline.add(words);
  }
  Place place;
  place.exec = pipeline.size();
  pipeline.add({"EXEC"});
  // Watched again from here on; that nobody came in between is what the read verifies.
  pipeline.add({"WATCH", hops_.checkpoint});
  place.verify = pipeline.size();
  pipeline.add({"HGET", hops_.checkpoint, "position"});
  place.position = transaction.fields.position();
  return place;
}

void HopFeed::check_transaction(std::span<const redis::Reply> replies, const Place& place) {
  auto const& exec = replies[place.exec];
  if (exec.checked().is_nil()) throw Overtaken();
  auto const end = exec.end();
  for (auto each = exec.begin(); each != end; ++each) {
    auto const result = *each;
    if (result.is_error() && !result.error_text().starts_with("BUSYGROUP")) result.checked();
  }
  ledger_.settle(clock_.now_us());
  auto const& position = replies[place.verify].checked();
  if (position.is_nil() || position.text() != place.position) throw Overtaken();
}

std::size_t HopFeed::take(const redis::Reply& answer, HopLedger::Reading reading) {
  if (answer.checked().size() == 0) return 0;
  auto const entries = answer[0][1];
  ledger_.take(entries, reading);
  return entries.size();
}

awaitable<void> HopFeed::replay_pending(redis::Connection& connection) {
  redis::Pipeline read;
  read.add(
      {"XREADGROUP", "GROUP", hops_.group, hops_.consumer, "COUNT", batch_size, "STREAMS", hops_.stream, "0"});
  for (;;) {
    auto const replies = co_await connection.run(read, Deadline::after(answer_limit));
    if (take(replies[0], HopLedger::Reading::pending) == 0) co_return;
    co_await store(connection, false, false);
  }
}

awaitable<void> HopFeed::follow(redis::Connection& connection) {
  bool full = false;
  for (;;) {
    // Not between take() and store(): the ids to acknowledge are views into the last answer.
    if (recall_wanted_ && ledger_.acknowledge().empty()) co_await recall(connection);
    auto const now = Deadline::Clock::now();
    bool const inspect = now >= next_inspection_;
    if (inspect) next_inspection_ = now + inspect_every;
    std::size_t records = 0;
    if (ledger_.pending_changes()) {
      bool const read_on = full;
      // The last batch of a backlog is inspected after, so that the lag is seen to be gone.
      records = co_await store(connection, inspect || !full, read_on);
      if (!read_on) co_await pause(gather);
    } else {
      records = co_await wait_for_records(connection, inspect);
    }
    full = records >= full_batch;
  }
}

/// Stores what was taken; with `read_on` takes the next batch in the same round trip, without waiting for one.
awaitable<std::size_t> HopFeed::store(redis::Connection& connection, bool inspect, bool read_on) {
  redis::Pipeline pipeline;
  auto const place = add_transaction(pipeline, false);
  auto const time = pipeline.size();
  pipeline.add({"TIME"});
  if (inspect) pipeline.add({"XINFO", "STREAM", hops_.stream});
  if (read_on) {
    pipeline.add({"XREADGROUP", "GROUP", hops_.group, hops_.consumer, "COUNT", batch_size, "STREAMS",
                  hops_.stream, ">"});
  }
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  set_clock(replies[time]);
  check_transaction(replies, place);
  if (inspect) ledger_.note_stream(redis::read_stream_state(replies[time + 1]));
  co_return read_on ? take(replies.back(), HopLedger::Reading::fresh) : 0;
}

awaitable<std::size_t> HopFeed::wait_for_records(redis::Connection& connection, bool inspect) {
  redis::Pipeline pipeline;
  if (inspect) pipeline.add({"XINFO", "STREAM", hops_.stream});
  pipeline.add({"XREADGROUP", "GROUP", hops_.group, hops_.consumer, "COUNT", batch_size, "BLOCK", block_text,
                "STREAMS", hops_.stream, ">"});
  pipeline.add({"TIME"});
  auto const replies = co_await connection.run(pipeline, Deadline::after(block + answer_limit));
  set_clock(replies.back());
  if (inspect) ledger_.note_stream(redis::read_stream_state(replies[0]));
  co_return take(replies[replies.size() - 2], HopLedger::Reading::fresh);
}

/// The windows are not stored: they are filled again from the stream, as far as it goes back.
awaitable<void> HopFeed::recall(redis::Connection& connection) {
  recall_wanted_ = false;
  auto const window = ledger_.latencies().window_length().count();
  auto const oldest = std::to_string(std::max<std::int64_t>(0, (clock_.now_us() - window) / 1000));
  auto newest = ledger_.counts().position.last.text();
  auto const count = std::to_string(recall_page);
  for (std::size_t page = 0; page < recall_pages; ++page) {
    redis::Pipeline pipeline;
    pipeline.add({"XREVRANGE", hops_.stream, newest, oldest, "COUNT", count});
    auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
    auto const entries = replies[0].checked();
    auto const last = ledger_.recall(entries, clock_.now_us());
    if (!last || entries.size() < recall_page) co_return;
    newest = "(" + last->text();
  }
}

awaitable<void> HopFeed::look(redis::Connection& connection) {
  redis::Pipeline first;
  first.add({"TIME"});
  first.add({"HGETALL", hops_.checkpoint});
  first.add({"GET", hops_.recent_key()});
  auto const held = co_await connection.run(first, Deadline::after(answer_limit));
  set_clock(held[0]);
  auto const recent = held[2].checked().is_nil() ? std::string_view() : held[2].text();
  ledger_.prepare(decode_checkpoint(held[1]), recent);
  for (;;) {
    auto const after = "(" + ledger_.last_taken().text();
    redis::Pipeline pipeline;
    pipeline.add({"XRANGE", hops_.stream, after, "+", "COUNT", batch_size});
    auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
    auto const entries = replies[0].checked();
    if (entries.size() == 0) break;
    ledger_.take(entries, HopLedger::Reading::fresh);
  }
  redis::Pipeline last;
  last.add({"TIME"});
  last.add({"XINFO", "STREAM", hops_.stream});
  auto const replies = co_await connection.run(last, Deadline::after(answer_limit));
  set_clock(replies[0]);
  auto const stream = redis::read_stream_state(replies[1]);
  ledger_.settle(clock_.now_us());
  ledger_.note_stream(stream);
  ledger_.latencies().forget_windows();  // of what came after the checkpoint, which is recalled with the rest
  co_await recall(connection);
  recalled_ = true;
  note_up();
}

}  // namespace fleet::exporters::a2a
