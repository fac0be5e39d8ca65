#include "demo/documents.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/app/logging.hpp"
#include "core/io/parse_number.hpp"
#include "demo/hop_message.hpp"
#include "demo/pause.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view queue = "document_processing_queue";
constexpr std::string_view batches = "documents:batches";
constexpr std::string_view pipeline_name = "form13_intake";
constexpr std::size_t workers = 16;
constexpr double seconds_per_batch = 20;
constexpr std::size_t documents_per_push = 200;

std::uint32_t to_count(std::string_view text) { return parse_number<std::uint32_t>(text).value_or(0); }

/// A record's fields by name.
std::map<std::string, std::string> fields_of(const redis::Reply& record) {
  std::map<std::string, std::string> fields;
  std::string name;
  auto const list = record[1];
  for (auto const item : list) {
    if (name.empty()) {
      name = item.text();
    } else {
      fields[name] = item.text();
      name.clear();
    }
  }
  return fields;
}

}  // namespace

Documents::Documents(asio::io_context& io, Options options, Registers& registers, Faults& faults,
                     Instruments& instruments)
    : io_(io),
      options_(std::move(options)),
      registers_(registers),
      faults_(faults),
      redis_(io.get_executor(), options_.redis),
      outage_("redis " + options_.redis.address()),
      random_(options_.seed),
      succeeded_(instruments.counter("legalllm_documents_processed_total", "Documents worked off, by outcome.",
                                     {{"outcome", "succeeded"}})),
      failed_(instruments.counter("legalllm_documents_processed_total", "Documents worked off, by outcome.",
                                  {{"outcome", "failed"}})),
      slots_(workers) {}

void Documents::start() { asio::co_spawn(io_, run(shared_from_this()), asio::detached); }

awaitable<void> Documents::run(Self self) {
  auto last = std::chrono::steady_clock::now();
  while (!self->stopping_) {
    co_await pause(100ms);
    auto const now = std::chrono::steady_clock::now();
    auto const elapsed = std::min<std::chrono::duration<double>>(now - last, 1s);
    last = now;
    std::string failure;
    try {
      co_await tick(self, elapsed);
      self->outage_.present();
    } catch (const std::exception& e) {
      failure = e.what();
    }
    if (!failure.empty()) {
      self->outage_.lost(failure);
      self->recovered_ = false;
      co_await pause(400ms);
    }
  }
}

awaitable<void> Documents::tick(Self self, std::chrono::duration<double> elapsed) {
  if (!self->recovered_) co_await recover(self);
  if (self->batch_due()) co_await begin_batch(self);
  self->work(elapsed);
  co_await take_documents(self);
  if (std::chrono::steady_clock::now() >= self->next_flush_) self->flush_rows();
  co_await announce_ended(self);
}

bool Documents::batch_due() const {
  if (!ledger_.empty()) return false;
  return faults_.active("batch-stall") || std::chrono::steady_clock::now() >= next_batch_;
}

awaitable<std::int64_t> Documents::server_time(Self self) {
  redis::Pipeline pipeline;
  pipeline.add({"TIME"});
  auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
  auto const time = replies[0].checked();
  co_return to_microseconds(time[0].text(), time[1].text());
}

redis::Pipeline Documents::documents_pipeline(const std::string& batch_id, std::uint32_t first,
                                              std::uint32_t count, std::int64_t now_us) const {
  redis::Pipeline pipeline;
  std::vector<std::string> entries;
  std::vector<std::string_view> words;
  for (std::uint32_t begin = 0; begin < count; begin += documents_per_push) {
    entries.clear();
    for (std::uint32_t i = begin; i < std::min<std::uint32_t>(count, begin + documents_per_push); ++i) {
      entries.push_back(encode({batch_id, batch_id + "-" + std::to_string(first + i)}, now_us));
    }
    words.assign({"RPUSH", queue});
    words.insert(words.end(), entries.begin(), entries.end());
    pipeline.add(words);
  }
  return pipeline;
}

awaitable<void> Documents::begin_batch(Self self) {
  auto const now_us = co_await server_time(self);
  Batch batch;
  batch.id = "B" + std::to_string(now_us);
  batch.pipeline = pipeline_name;
  batch.size = self->options_.batch_size +
               static_cast<std::uint32_t>(self->random_() % (1 + self->options_.batch_size / 10));
  auto const size = std::to_string(batch.size), at = std::to_string(now_us);
  redis::Pipeline pipeline;
  pipeline.add({"XADD",      batches,    "MAXLEN", "~",        "100000",      "*",    "event",
                "started",   "batch_id", batch.id, "pipeline", pipeline_name, "size", size,
                "succeeded", "0",        "failed", "0",        "at_us",       at});
  auto const announced = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
  announced[0].checked();
  // From here on the batch is known: if the pushes fail, recover() queues what is missing.
  self->ledger_.begin(batch);
  self->registers_.post(
      "INSERT INTO documents (case_id, batch_id, status, retention_until) SELECT (SELECT id FROM cases ORDER "
      "BY random() "
      "LIMIT 1), $1, 'queued', now() + interval '7 years' FROM generate_series(1, $2::int)",
      {batch.id, size});
  self->next_batch_ = std::chrono::steady_clock::now() + self->options_.batch_every;
  auto pushes = self->documents_pipeline(batch.id, 0, batch.size, now_us);
  auto const pushed = co_await self->redis_.run(std::move(pushes), Deadline::after(2s));
  for (std::size_t i = 0; i < pushed.size(); ++i) pushed[i].checked();
  auto const queued_us = co_await server_time(self);
  self->ledger_.note_queued(batch.id, queued_us);
  co_await announce_stage(self, batch, "queue", now_us, queued_us);
}

awaitable<void> Documents::announce_stage(Self self, Batch batch, std::string stage, std::int64_t began_us,
                                          std::int64_t ended_us) {
  auto const began = std::to_string(began_us), at = std::to_string(ended_us);
  auto const succeeded = std::to_string(batch.succeeded), failed = std::to_string(batch.failed);
  redis::Pipeline pipeline;
  pipeline.add({"XADD",   batches, "MAXLEN",   "~",      "100000",    "*",
                "event",  "stage", "batch_id", batch.id, "pipeline",  batch.pipeline,
                "stage",  stage,   "began_us", began,    "succeeded", succeeded,
                "failed", failed,  "at_us",    at});
  auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
  replies[0].checked();
}

awaitable<void> Documents::take_documents(Self self) {
  auto const idle = static_cast<std::size_t>(
      std::count_if(self->slots_.begin(), self->slots_.end(), [](const Slot& slot) { return !slot.busy(); }));
  if (idle == 0 || self->faults_.batch_slowness() == 0) co_return;
  auto const count = std::to_string(idle);
  redis::Pipeline pipeline;
  pipeline.add({"LPOP", queue, count});
  auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
  auto const taken = replies[0].checked();
  if (taken.is_nil()) co_return;
  std::uniform_real_distribution<double> spread(0.7, 1.3);
  auto const mean_effort = seconds_per_batch * workers / self->options_.batch_size;
  auto slot = self->slots_.begin();
  for (auto const entry : taken) {
    auto document = decode_document(entry.text());
    if (document.document_id.empty()) continue;
    // Somebody else started this batch: its record tells the size.
    if (!self->ledger_.knows(document.batch_id)) self->recovered_ = false;
    while (slot != self->slots_.end() && slot->busy()) ++slot;
    if (slot == self->slots_.end()) break;
    slot->document = std::move(document);
    slot->effort_left = mean_effort * spread(self->random_);
  }
}

void Documents::work(std::chrono::duration<double> elapsed) {
  auto const slowness = faults_.batch_slowness();
  if (slowness == 0) return;
  for (auto& slot : slots_) {
    if (!slot.busy()) continue;
    slot.effort_left -= elapsed.count() / slowness;
    if (slot.effort_left > 0) continue;
    bool const good = std::uniform_real_distribution<double>(0, 1)(random_) >= faults_.documents_fail_share();
    (good ? succeeded_ : failed_).add();
    if (ledger_.count(slot.document.batch_id, good)) {
      auto& rows = unwritten_[slot.document.batch_id];
      ++(good ? rows.first : rows.second);
    }
    slot.document = {};
  }
}

void Documents::flush_rows() {
  next_flush_ = std::chrono::steady_clock::now() + 2s;
  static constexpr std::string_view update =
      "UPDATE documents SET status = $3, processed_at = now() WHERE id IN (SELECT id FROM documents WHERE "
      "batch_id = $1 "
      "AND status = 'queued' ORDER BY id LIMIT $2::int)";
  for (auto const& [batch, rows] : std::exchange(unwritten_, {})) {
    if (rows.first > 0) registers_.post(std::string(update), {batch, std::to_string(rows.first), "processed"});
    if (rows.second > 0) registers_.post(std::string(update), {batch, std::to_string(rows.second), "failed"});
  }
}

awaitable<void> Documents::announce_ended(Self self) {
  auto const list = self->ledger_.ended();
  if (list.empty()) co_return;
  self->flush_rows();
  auto const now_us = co_await server_time(self);
  auto const at = std::to_string(now_us);
  for (auto const& batch : list) {
    if (batch.queued_us > 0) co_await announce_stage(self, batch, "process", batch.queued_us, now_us);
    auto const size = std::to_string(batch.size), succeeded = std::to_string(batch.succeeded),
               failed = std::to_string(batch.failed);
    redis::Pipeline pipeline;
    pipeline.add({"XADD",      batches,    "MAXLEN", "~",        "100000",       "*",    "event",
                  "finished",  "batch_id", batch.id, "pipeline", batch.pipeline, "size", size,
                  "succeeded", succeeded,  "failed", failed,     "at_us",        at});
    auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
    replies[0].checked();
    self->ledger_.remove(batch.id);
  }
}

awaitable<void> Documents::recover(Self self) {
  redis::Pipeline pipeline;
  pipeline.add({"LRANGE", queue, "0", "-1"});
  pipeline.add({"XREVRANGE", batches, "+", "-", "COUNT", "2000"});
  auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(3s));
  std::map<std::string, std::uint32_t> present;
  auto const waiting = replies[0].checked();
  for (auto const entry : waiting) ++present[decode_document(entry.text()).batch_id];
  for (auto const& slot : self->slots_) {
    if (slot.busy()) ++present[slot.document.batch_id];
  }
  std::map<std::string, bool> finished;
  auto const records = replies[1].checked();
  for (auto const record : records) {  // newest first: an end is seen before its beginning
    auto fields = fields_of(record);
    auto const& id = fields["batch_id"];
    if (fields["event"] == "finished") {
      finished[id] = true;
      self->ledger_.remove(id);
    } else if (fields["event"] == "started" && !finished.contains(id) && !self->ledger_.knows(id)) {
      Batch batch;
      batch.id = id;
      batch.pipeline = fields["pipeline"];
      batch.size = to_count(fields["size"]);
      self->ledger_.begin(std::move(batch));
    }
  }
  auto const missing = self->ledger_.missing(present);
  if (!missing.empty()) {
    auto const now_us = co_await server_time(self);
    for (auto const& [id, count] : missing) {
      logging::info("documents queued again", {{"documents", std::to_string(count)}});
      auto const& batch = self->ledger_.all().find(id)->second;
      auto pushes = self->documents_pipeline(id, batch.size - count, count, now_us);
      auto const pushed = co_await self->redis_.run(std::move(pushes), Deadline::after(2s));
      for (std::size_t i = 0; i < pushed.size(); ++i) pushed[i].checked();
    }
  }
  self->recovered_ = true;
}

}  // namespace fleet::demo
