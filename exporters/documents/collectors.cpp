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
    : redis_(std::move(redis)), queue_(settings.queue), rules_(settings.queue_rules), feed_(std::move(feed)) {}

void QueueCollector::add_queue(const redis::Client::Replies& replies, Families& out) {
  auto& feed = **feed_;
  auto const depth = replies[1].integer();
  QueueEntries const entries(replies[2].checked(), replies[3].checked(), static_cast<std::size_t>(depth),
                             rules_, feed.now_us());
  auto const age = depth == 0 ? std::optional<double>(0) : entries.oldest_age_seconds();
  // What left the queue is known by what came in, and that by the feed.
  if (feed.up() && feed.batches()) {
    pace_.note(feed.now_us(), depth, feed.batches()->documents_started());
  } else {
    pace_.forget();
  }
  out.gauge("document_queue_depth", "Documents waiting in the queue.").add(static_cast<double>(depth));
  if (age) {
    out.gauge("document_queue_oldest_age_seconds",
              "How long the oldest document has waited in the queue; 0 if it is empty.")
        .add(*age);
  }
  entries.add_families(out);
  add_pace(pace_.taken_per_second(), depth, out);
}

awaitable<void> QueueCollector::collect(Deadline deadline, Families& out) {
  redis::Pipeline pipeline;
  pipeline.add({"TIME"});
  pipeline.add({"LLEN", queue_});
  auto const head_end = std::to_string(rules_.scan - 1), tail_begin = "-" + std::to_string(rules_.scan);
  pipeline.add({"LRANGE", queue_, "0", head_end});
  pipeline.add({"LRANGE", queue_, tail_begin, "-1"});
  try {
    auto const replies = co_await redis_->run(pipeline, answer_by(deadline));
    (*feed_)->note_time(replies[0].checked());
    add_queue(replies, out);
  } catch (const redis::ReplyError& error) {
    // It answers, but not this: the queue's key is of another type, or rights are missing. Else it is loading
    // its data or refuses the password, which is as good as down.
    if (error.code() == "WRONGTYPE" || error.code() == "NOPERM") throw;
  } catch (const std::exception&) {  // the server's failure, which RedisHealth reports
  }
}

}  // namespace fleet::exporters::documents
