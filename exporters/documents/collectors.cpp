#include "exporters/documents/collectors.hpp"

#include "exporters/answer_by.hpp"

namespace fleet::exporters::documents {

awaitable<void> BatchesCollector::collect(Deadline deadline, Families& out) {
  auto& feed = **feed_;
  co_await feed.until_loaded(answer_by(deadline).or_after(std::chrono::seconds(2)));
  out.gauge("document_feed_up", "Whether the stream of batch records is being read.").add(feed.up() ? 1 : 0);
  out.counter("document_feed_resets_total", "How often the stream of batch records was found to begin anew.")
      .add(static_cast<double>(feed.resets()));
  if (feed.batches()) feed.batches()->add_families(feed.now_us(), out);
}

QueueCollector::QueueCollector(std::shared_ptr<redis::Client> redis, const Settings& settings,
                               std::shared_ptr<BatchFeed::Handle> feed)
    : redis_(std::move(redis)), queue_(settings.queue), feed_(std::move(feed)) {}

std::optional<double> oldest_age_seconds(std::string_view head, std::string_view tail, std::int64_t now_us) {
  auto const first = parse_enqueued_at(head), last = parse_enqueued_at(tail);
  if (!first && !last) return std::nullopt;
  auto const oldest = std::min(first.value_or(*(last ? last : first)), last.value_or(*(first ? first : last)));
  return static_cast<double>(std::max<std::int64_t>(0, now_us - oldest)) / 1e6;
}

awaitable<void> QueueCollector::collect(Deadline deadline, Families& out) {
  redis::Pipeline pipeline;
  pipeline.add({"TIME"});
  pipeline.add({"LLEN", queue_});
  pipeline.add({"LINDEX", queue_, "0"});
  pipeline.add({"LINDEX", queue_, "-1"});
  try {
    auto const replies = co_await redis_->run(pipeline, answer_by(deadline));
    auto& feed = **feed_;
    feed.note_time(replies[0].checked());
    auto const depth = replies[1].integer();
    auto const head = replies[2].checked(), tail = replies[3].checked();
    auto const age = depth == 0 ? std::optional<double>(0)
                                : oldest_age_seconds(head.is_nil() ? "" : head.text(),
                                                     tail.is_nil() ? "" : tail.text(), feed.now_us());
    out.gauge("document_queue_depth", "Documents waiting in the queue.").add(static_cast<double>(depth));
    if (age) {
      out.gauge("document_queue_oldest_age_seconds",
                "How long the oldest document has waited in the queue; 0 if it is empty.")
          .add(*age);
    }
  } catch (const redis::ReplyError& error) {
    // It answers, but not this: the queue's key is of another type, or rights are missing. Else it is loading
    // its data or refuses the password, which is as good as down.
    if (error.code() == "WRONGTYPE" || error.code() == "NOPERM") throw;
  } catch (const std::exception&) {  // the server's failure, which RedisHealth reports
  }
}

}  // namespace fleet::exporters::documents
