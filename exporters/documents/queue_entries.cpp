#include "exporters/documents/queue_entries.hpp"

#include <algorithm>
#include <limits>

#include "exporters/documents/batch_record.hpp"

namespace fleet::exporters::documents {

QueueEntries::QueueEntries(redis::Reply head, redis::Reply tail, std::size_t depth, const QueueRules& rules,
                           std::int64_t now_us) {
  for (auto const entry : head) look_at(entry.text(), rules, now_us);
  auto const in_both = head.size() + tail.size() > depth ? head.size() + tail.size() - depth : 0;
  std::size_t number = 0;
  for (auto const entry : tail) {
    if (number++ >= in_both) look_at(entry.text(), rules, now_us);
  }
}

void QueueEntries::look_at(std::string_view entry, const QueueRules& rules, std::int64_t now_us) {
  ++scanned_;
  auto const read = parse_queue_entry(entry);
  if (!read) {
    ++unparsable_;
    return;
  }
  auto const age_us = std::max<std::int64_t>(0, now_us - read->enqueued_at_us);
  oldest_us_ = std::max(oldest_us_.value_or(0), age_us);
  if (age_us > rules.stuck_after_us) ++stuck_;
  if (read->attempt > rules.poison_attempts) ++retried_;
}

std::optional<double> QueueEntries::oldest_age_seconds() const {
  if (scanned_ == 0) return 0;
  if (!oldest_us_) return std::nullopt;
  return static_cast<double>(*oldest_us_) / 1e6;
}

void QueueEntries::add_families(Families& out) const {
  auto const number = [](std::size_t count) { return static_cast<double>(count); };
  out.gauge("document_queue_scanned_entries",
            "Entries of the queue that were looked at for stuck and poison ones: at most 500 at each end by "
            "default.")
      .add(number(scanned_));
  out.gauge("document_queue_stuck_entries",
            "Entries looked at that have waited for longer than stuck_after (default 5 minutes).")
      .add(number(stuck_));
  auto& poison = out.gauge("document_queue_poison_entries",
                           "Entries looked at that no worker will get done: not readable, or tried too often.");
  poison.add({{"reason", "retried"}}, number(retried_));
  poison.add({{"reason", "unparsable"}}, number(unparsable_));
}

namespace {

constexpr std::int64_t window_us = 120'000'000, least_us = 10'000'000, between_us = 1'000'000;

}  // namespace

void QueuePace::note(std::int64_t now_us, std::int64_t depth, std::uint64_t started) {
  if (!samples_.empty()) {
    auto const& last = samples_.back();
    // A clock that was set back, or counts that began anew.
    if (now_us < last.at_us || started < last.started) samples_.clear();
  }
  // Several scrapers do not make the window longer.
  if (samples_.size() > 1 && now_us - samples_[samples_.size() - 2].at_us < between_us) samples_.pop_back();
  samples_.push_back({now_us, depth, started});
  while (samples_.size() > 2 && samples_[1].at_us <= now_us - window_us) samples_.pop_front();
}

std::optional<double> QueuePace::taken_per_second() const {
  if (samples_.empty()) return std::nullopt;
  auto const &first = samples_.front(), &last = samples_.back();
  auto const elapsed_us = last.at_us - first.at_us;
  auto const taken = static_cast<std::int64_t>(last.started - first.started) - (last.depth - first.depth);
  if (elapsed_us < least_us || taken < 0) return std::nullopt;
  return static_cast<double>(taken) / (static_cast<double>(elapsed_us) / 1e6);
}

void add_pace(std::optional<double> taken_per_second, std::int64_t depth, Families& out) {
  auto& taken =
      out.gauge("document_queue_taken_per_second", "Documents that left the queue, over two minutes.");
  auto& drain =
      out.gauge("document_queue_drain_seconds",
                "How long what waits now takes to be worked off at that rate; +Inf if nothing moves.");
  if (taken_per_second) taken.add(*taken_per_second);
  if (depth == 0) {
    drain.add(0);
  } else if (taken_per_second) {
    drain.add(*taken_per_second > 0 ? static_cast<double>(depth) / *taken_per_second
                                    : std::numeric_limits<double>::infinity());
  }
}

}  // namespace fleet::exporters::documents
