#include "exporters/documents/batch_feed.hpp"

#include "core/app/logging.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::exporters::documents {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view block_text = "1000";
constexpr milliseconds answer_limit{3000};  // longer than the block

/// The fields of a HGETALL reply that a checkpoint has.
struct Checkpoint {
  std::string_view state;
  redis::StreamId position;
  std::uint64_t resets = 0, sequence = 0;
};

std::uint64_t read_count(std::string_view text) { return parse_number<std::uint64_t>(text).value_or(0); }

Checkpoint read_checkpoint(const redis::Reply& reply) {
  Checkpoint checkpoint;
  redis::each_field(reply, [&checkpoint](std::string_view name, const redis::Reply& field) {
    auto const value = field.text();
    if (name == "state") checkpoint.state = value;
    if (name == "position") checkpoint.position = redis::StreamId::parse(value).value_or(redis::StreamId());
    if (name == "resets") checkpoint.resets = read_count(value);
    if (name == "sequence") checkpoint.sequence = read_count(value);
  });
  return checkpoint;
}

/// Counts the entries after `position`, moves it on, and returns the ids of all.
std::vector<std::string> take(redis::Reply entries, Batches& batches, redis::StreamId& position) {
  std::vector<std::string> ids;
  for (auto const entry : entries) {
    ids.emplace_back(entry[0].text());
    auto const id = redis::StreamId::parse(ids.back());
    if (!id) throw redis::ProtocolError("redis sent a stream id that is none");
    if (*id <= position) continue;  // counted before
    position = *id;
    auto const parsed = parse_batch(entry[1]);
    if (auto const* const record = std::get_if<BatchRecord>(&parsed)) {
      batches.apply(*record);
    } else {
      batches.skip(std::get<Skip>(parsed));
    }
  }
  return ids;
}

}  // namespace

std::shared_ptr<BatchFeed::Handle> BatchFeed::start(asio::any_io_executor executor, Settings settings,
                                                    Mode mode) {
  std::shared_ptr<BatchFeed> feed(new BatchFeed(std::move(settings), mode));
  feed->begin(std::move(executor));
  return std::make_shared<Handle>(std::move(feed));
}

BatchFeed::BatchFeed(Settings settings, Mode mode)
    : StreamFeed("batch feed", settings.redis.address(), settings.batches.stream, mode),
      settings_(std::move(settings)) {}

void BatchFeed::set_rules(BatchRules rules) {
  settings_.rules = rules;
  if (stored_) stored_->set_rules(rules);
}

awaitable<void> BatchFeed::session() {
  auto const limit = Deadline::after(settings_.redis.connect_timeout);
  auto const connection = co_await redis::Connection::open(settings_.redis, limit);
  if (mode() == Mode::look) {
    co_await look(*connection);
    co_return;
  }
  co_await load(*connection);
  while (co_await read(*connection, true) > 0) {
  }
  note_up();
  for (;;) co_await read(*connection, false);
}

awaitable<void> BatchFeed::look(redis::Connection& connection) {
  redis::Pipeline first;
  first.add({"TIME"});
  first.add({"HGETALL", settings_.batches.checkpoint});
  auto const held = co_await connection.run(first, Deadline::after(answer_limit));
  clock_.set(held[0]);
  auto const checkpoint = read_checkpoint(held[1].checked());
  auto next = Batches::decode(checkpoint.state, settings_.rules).value_or(Batches(settings_.rules));
  resets_ = checkpoint.resets;
  auto position = checkpoint.position;
  for (;;) {
    auto const after = "(" + position.text();
    redis::Pipeline page;
    page.add({"XRANGE", settings_.batches.stream, after, "+", "COUNT", "1000"});
    auto const replies = co_await connection.run(page, Deadline::after(answer_limit));
    if (take(replies[0].checked(), next, position).empty()) break;
  }
  stored_ = std::move(next);
  note_up();
}

awaitable<void> BatchFeed::load(redis::Connection& connection) {
  redis::Pipeline pipeline;
  pipeline.add({"TIME"});
  pipeline.add({"WATCH", settings_.batches.checkpoint});
  pipeline.add({"HGETALL", settings_.batches.checkpoint});
  pipeline.add({"XINFO", "STREAM", settings_.batches.stream});
  pipeline.add({"XINFO", "GROUPS", settings_.batches.stream});
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  clock_.set(replies[0]);
  replies[1].checked();
  auto const checkpoint = read_checkpoint(replies[2].checked());
  auto const stream = redis::read_stream_state(replies[3], replies[4], settings_.batches.group);

  // A transaction whose answer was lost may have been carried out: then Redis is ahead of memory, and right.
  // Behind memory it is only where it has lost what it had confirmed.
  auto held = Batches::decode(checkpoint.state, settings_.rules);
  if (!held && !checkpoint.state.empty()) {
    logging::error("checkpoint cannot be read; counting anew", {{"key", settings_.batches.checkpoint}});
  }
  bool const redis_is_right = held && (!stored_ || checkpoint.sequence >= sequence_);
  auto next = redis_is_right ? std::move(*held) : stored_.value_or(Batches(settings_.rules));
  if (redis_is_right) {
    position_ = checkpoint.position;
    resets_ = checkpoint.resets;
    sequence_ = checkpoint.sequence;
  }
  if (stream.last_generated < position_) {
    logging::warn("stream began anew", {{"stream", settings_.batches.stream}});
    position_ = redis::StreamId();
    ++resets_;
  }
  std::span<const std::string> const nothing;
  co_await store(connection, next, nothing, !stream.group_delivered.has_value());
}

awaitable<void> BatchFeed::store(redis::Connection& connection, const Batches& next,
                                 std::span<const std::string> ids, bool create_group) {
  auto const& names = settings_.batches;
  redis::Pipeline pipeline;
  pipeline.add({"MULTI"});
  auto const state = next.encode(), position = position_.text(), resets = std::to_string(resets_),
             sequence = std::to_string(sequence_ + 1);
  pipeline.add(
      {"HSET", names.checkpoint, "state", state, "position", position, "resets", resets, "sequence", sequence});
  if (create_group) pipeline.add({"XGROUP", "CREATE", names.stream, names.group, "0", "MKSTREAM"});
  if (!ids.empty()) {
    std::vector<std::string_view> words{"XACK", names.stream, names.group};
    words.insert(words.end(), ids.begin(), ids.end());
    pipeline.add(words);
  }
  auto const exec_at = pipeline.size();
  pipeline.add({"EXEC"});
  // Watched again from here on; that nobody came in between is what the read verifies.
  pipeline.add({"WATCH", names.checkpoint});
  pipeline.add({"HGET", names.checkpoint, "sequence"});
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  auto const exec = replies[exec_at].checked();
  if (exec.is_nil()) throw Overtaken();
  for (auto const result : exec) {
    if (result.is_error() && !result.error_text().starts_with("BUSYGROUP")) result.checked();
  }
  stored_ = next;
  ++sequence_;
  auto const held = replies.back().checked();
  if (held.is_nil() || held.text() != sequence) throw Overtaken();
}

awaitable<std::size_t> BatchFeed::read(redis::Connection& connection, bool pending) {
  auto const& names = settings_.batches;
  redis::Pipeline pipeline;
  std::string_view const from = pending ? "0" : ">";
  pipeline.add({"XREADGROUP", "GROUP", names.group, names.consumer, "COUNT", "200", "BLOCK", block_text,
                "STREAMS", names.stream, from});
  auto const replies = co_await connection.run(pipeline, Deadline::after(answer_limit));
  auto const answer = replies[0].checked();
  if (answer.size() == 0) co_return 0;

  auto next = *stored_;
  auto position = position_;
  auto const ids = take(answer[0][1], next, position);
  if (ids.empty()) co_return 0;
  next.give_up_old(now_us());
  auto const before = std::exchange(position_, position);
  auto const stored = sequence_;
  try {
    co_await store(connection, next, ids, false);
  } catch (...) {
    if (sequence_ == stored) position_ = before;  // else it was stored before the exception
    throw;
  }
  co_return ids.size();
}

}  // namespace fleet::exporters::documents
