#include "probers/a2a/streamed_answer.hpp"

#include <boost/algorithm/string/predicate.hpp>

namespace fleet::probers::a2a {

StreamedAnswer::StreamedAnswer(Binding binding, std::string request_id, Clock::time_point sent,
                               std::size_t limit)
    : binding_(binding),
      request_id_(std::move(request_id)),
      limit_(limit),
      events_(binding, request_id_, sent, limit) {}

void StreamedAnswer::head(int http_status, std::string_view content_type) {
  http_status_ = http_status;
  is_stream_ = boost::istarts_with(content_type, "text/event-stream");
}

bool StreamedAnswer::take(std::string_view bytes, Clock::time_point now) {
  if (is_stream_) return events_.take(bytes, now);
  body_ += bytes;
  return body_.size() <= limit_;
}

void StreamedAnswer::judge(const ReplyExpectations& expectations, ProbeResult& result) const {
  std::string const step = "stream";
  if (is_stream_) {
    judge_stream(events_, http_status_, result);
    if (result.outcome == Outcome::good) judge_reply(events_.reply(), expectations, step, result);
    return;
  }
  if (body_.size() > limit_) return result.fail(Reason::too_large, step, "the answer exceeds body_size_limit");
  judge_answer(read_answer(binding_, body_, request_id_), http_status_, step, result);
  result.fail(Reason::a2a_stream, step, "the agent answered at once instead of with a stream of events");
}

}  // namespace fleet::probers::a2a
