#include "probers/documents/documents_probe.hpp"

#include <algorithm>
#include <cstdio>

#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t documents_per_push = 200;
/// One XREAD waits this long at most, so that a dead server is noticed.
constexpr auto block = 500ms;
/// Kept back from the attempt's deadline to ask how far the batch got.
constexpr auto for_the_verdict = 250ms;

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

}  // namespace

std::optional<ProbeResult> judge_batch(const DocumentsOptions& options, const BatchEnd& end,
                                       std::chrono::nanoseconds took) {
  if (end.failed > 0 || end.succeeded != options.size) {
    return ProbeResult::bad(Reason::documents_failed, "process",
                            std::to_string(end.succeeded) + " of " + std::to_string(options.size) +
                                " documents succeeded, " + std::to_string(end.failed) + " failed");
  }
  if (!options.golden_sha256.empty() && end.sha256 != options.golden_sha256) {
    return ProbeResult::bad(Reason::documents_hash, "process",
                            end.sha256.empty() ? "the pipeline told no sha256 of the batch"
                                               : "sha256 " + end.sha256 + ", expected " + options.golden_sha256);
  }
  if (took > options.objective) {
    return ProbeResult::bad(Reason::slow, "process",
                            one_decimal(seconds(took)) + " s, expected at most " +
                                one_decimal(seconds(options.objective)) + " s");
  }
  return std::nullopt;
}

DocumentsProbe::DocumentsProbe(HostPort target, std::shared_ptr<const DocumentsOptions> options)
    : target_(std::move(target)), options_(std::move(options)) {}

awaitable<ProbeResult> DocumentsProbe::attempt(Attempt attempt) {
  ProbeResult result;
  try {
    co_await run(attempt, &result);
  } catch (const RedisFailure& failure) {
    result.fail(failure.reason, failure.step, failure.what());
  }
  co_return result;
}

awaitable<void> DocumentsProbe::run(Attempt attempt, ProbeResult* result) const {
  auto session = co_await RedisSession::open(options_->access, target_, attempt.deadline, result);
  auto const batch_id = "canary-" + attempt.trace.trace_id();
  auto const begin = Deadline::Clock::now();
  auto const first = co_await announce(&session, batch_id, attempt, result);
  result->facts.set(facts::documents_size, options_->size);
  if (attempt.explains()) attempt.note("batch " + batch_id + " of " + std::to_string(options_->size) + " enqueued");
  BatchWatch watch(batch_id, first);
  co_await await_end(&session, &watch, attempt, result);

  auto const took = Deadline::Clock::now() - begin;
  result->facts.set(facts::documents_seconds, seconds(took));
  result->facts.set(facts::documents_failed, watch.end()->failed);
  result->facts.set(facts::documents_throughput, options_->size / seconds(took));
  if (auto const missed = judge_batch(*options_, *watch.end(), took))
    result->fail(missed->reason, missed->step, missed->detail);
}

awaitable<std::string> DocumentsProbe::announce(RedisSession* session, std::string batch_id, Attempt attempt,
                                                ProbeResult* result) const {
  auto clock = redis_command({"TIME"});
  auto const time = co_await session->run(std::move(clock), "announce", attempt.deadline, result);
  // Both parts are digits; the second is padded to microseconds.
  std::string now_us(time[0].text()), fraction(time[1].text());
  now_us += std::string(6 - std::min<std::size_t>(6, fraction.size()), '0') + fraction;
  auto const size = std::to_string(options_->size);
  auto started = redis_command({"XADD",      options_->stream, "MAXLEN", "~",         "100000",           "*",    "event",
                                "started",   "batch_id",       batch_id, "pipeline",  options_->pipeline, "size", size,
                                "succeeded", "0",              "failed", "0",         "at_us",            now_us});
  auto const reply = co_await session->run(std::move(started), "announce", attempt.deadline, result);
  std::string const first(reply.text());
  co_await enqueue(session, batch_id, now_us, attempt, result);
  co_return first;
}

awaitable<void> DocumentsProbe::enqueue(RedisSession* session, std::string batch_id, std::string now_us,
                                        Attempt attempt, ProbeResult* result) const {
  for (std::uint32_t begin = 0; begin < options_->size; begin += documents_per_push) {
    std::vector<std::string> entries;
    for (std::uint32_t i = begin; i < std::min(options_->size, begin + documents_per_push); ++i) {
      entries.push_back(R"({"batch_id":")" + batch_id + R"(","document_id":")" + batch_id + "-" + std::to_string(i) +
                        R"(","enqueued_at_us":)" + now_us + "}");
    }
    std::vector<std::string_view> words{"RPUSH", options_->queue};
    words.insert(words.end(), entries.begin(), entries.end());
    redis::Pipeline push;
    push.add(words);
    co_await session->run(std::move(push), "enqueue", attempt.deadline, result);
  }
}

awaitable<void> DocumentsProbe::await_end(RedisSession* session, BatchWatch* watch, Attempt attempt,
                                          ProbeResult* result) const {
  auto const limit = Deadline::at(attempt.deadline.when() - for_the_verdict);
  while (!watch->end()) {
    auto const wait = std::min<Deadline::Clock::duration>(block, limit.remaining());
    if (wait < 1ms) {
      auto const how_far = co_await progress(session, attempt.deadline);
      throw RedisFailure(Reason::timeout, "process", "timed out: the batch is not finished" + how_far);
    }
    auto const milliseconds = std::to_string(wait / 1ms), after = watch->last_id();
    auto read = redis_command(
        {"XREAD", "COUNT", "100", "BLOCK", milliseconds, "STREAMS", options_->stream, after});
    auto const reply = co_await session->run(std::move(read), "process", attempt.deadline, result);
    if (reply.is_nil()) continue;
    auto const records = reply[0][1];
    for (auto const record : records) watch->take(record);
  }
}

/// How many documents wait in the queue: of all batches, for a batch's own cannot be told apart cheaply.
awaitable<std::string> DocumentsProbe::progress(RedisSession* session, Deadline deadline) const {
  ProbeResult unused;
  try {
    auto length = redis_command({"LLEN", options_->queue});
    auto const reply = co_await session->run(std::move(length), "process", deadline, &unused);
    co_return "; " + std::to_string(reply.integer()) + " documents of all batches wait in the queue";
  } catch (const RedisFailure&) {
    co_return std::string();
  }
}

}  // namespace fleet::probers
