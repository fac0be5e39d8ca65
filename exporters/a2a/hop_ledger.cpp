#include "exporters/a2a/hop_ledger.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fleet::exporters::a2a {

HopLedger::HopLedger(Settings settings)
    : settings_(std::move(settings)), recent_(settings_.recent_hops), latencies_(settings_.window) {}

void HopLedger::take(redis::Reply entries, Reading reading) {
  // In groups, so that what each hop looks up is on its way while those before it are counted.
  std::array<Entry, 16> group;
  auto const end = entries.end();
  for (auto each = entries.begin(); each != end;) {
    std::size_t size = 0;
    for (; size < group.size() && each != end; ++each, ++size) {
      auto& entry = group[size];
      auto const fields = *each;
      entry.id_text = fields[0].text();
      auto const id = redis::StreamId::parse(entry.id_text);
      if (!id) throw redis::ProtocolError("redis sent a stream id that is none");
      entry.id = *id;
      entry.skipped = parse_hop(fields[1], entry.hop);
      if (!entry.skipped) {
        entry.identity = RecentHops::identity(entry.hop.hop_id, entry.hop.attempt);
        recent_.expect(entry.identity, size);
      }
    }
    for (std::size_t n = 0; n < size; ++n) take(group[n], reading);
  }
}

void HopLedger::take(const Entry& entry, Reading reading) {
  auto& position = working_.position;
  acknowledge_.push_back(entry.id_text);
  // Redis gives a group each id once, in order; a fresh one that is not greater means that it was set back.
  if (reading == Reading::fresh && entry.id <= position.last && position.counted_before < position.last) {
    position.counted_before = position.last;
    reset(ResetReason::group_rewound);
  }
  if (entry.id <= position.counted_before) return;
  position.last = std::max(position.last, entry.id);
  ++position.delivered;
  if (entry.skipped) {
    ++working_.skipped[static_cast<std::size_t>(*entry.skipped)];
  } else if (recent_.insert(entry.identity)) {
    ++inserted_;
    count(entry.hop);
  } else {
    ++working_.skipped[static_cast<std::size_t>(SkipReason::duplicate)];
  }
}

std::uint32_t HopLedger::target_of(std::uint32_t pair, std::string_view name) {
  // Nobody's target stands for its pair where the pair is "other".
  if (working_.pairs[pair].target != name) return working_.target(name, settings_.max_pairs);
  if (target_of_pair_.size() <= pair) target_of_pair_.resize(pair + 1, HopCounts::none);
  auto& known = target_of_pair_[pair];
  if (known == HopCounts::none) known = working_.target(name, settings_.max_pairs);
  return known;
}

void HopLedger::count(const Hop& hop) {
  auto const index = working_.pair(hop.source, hop.target, settings_.max_pairs);
  auto const latency_us = hop.done_us - hop.enqueued_us;
  auto& pair = working_.pairs[index];
  ++pair.by_outcome[static_cast<std::size_t>(hop.outcome)];
  auto const bucket = pair.duration.observe(latency_us);
  pair.source_seen_us = std::max(pair.source_seen_us, hop.enqueued_us);
  changes_.pair(index);
  if (hop.dequeued_us) {
    // A timeout may be written by somebody else than the target.
    auto const seen_us = hop.outcome == Outcome::timeout ? *hop.dequeued_us : hop.done_us;
    pair.target_seen_us = std::max(pair.target_seen_us, seen_us);
    auto const target_index = target_of(index, hop.target);
    auto& target = working_.targets[target_index];
    target.queue.observe(*hop.dequeued_us - hop.enqueued_us);
    target.processing.observe(hop.done_us - *hop.dequeued_us);
    changes_.target(target_index);
  }
  if (hop.outcome == Outcome::error) ++working_.errors[hop.error_code];
  if (hop.task_state) ++working_.states[*hop.task_state];
  auto& newest = working_.position.newest_done_us;
  newest = std::max(newest, hop.done_us);
  if (samples_.size() <= index) samples_.resize(index + 1);
  samples_[index].push_back({hop.done_us, latency_us});
  if (!hop.trace_id.empty()) {
    latencies_.note_exemplar(index, bucket, hop.trace_id, hop.done_us, latency_us);
  }
}

HopLedger::Transaction HopLedger::transaction() {
  auto& position = working_.position;
  ++position.sequence;
  position.writer = settings_.writer;
  position.recent_total = recent_.total();
  position.recent_capacity = recent_.capacity();
  working_.conflicts += std::exchange(conflicts_seen_, 0);
  in_flight_ = true;
  return {CheckpointFields(working_, changes_), recent_whole_,
          recent_.parts_since(recent_whole_ ? 0 : recent_stored_)};
}

void HopLedger::settle(std::int64_t now_us) {
  if (changes_.all) {
    settled_ = working_;
  } else {
    for (auto n = settled_.pairs.size(); n < working_.pairs.size(); ++n) {
      settled_.pair(working_.pairs[n].source, working_.pairs[n].target, HopCounts::none);
    }
    for (auto n = settled_.targets.size(); n < working_.targets.size(); ++n) {
      settled_.target(working_.targets[n].target, HopCounts::none);
    }
    for (auto const index : changes_.pairs()) settled_.pairs[index] = working_.pairs[index];
    for (auto const index : changes_.targets()) settled_.targets[index] = working_.targets[index];
    settled_.errors = working_.errors;
    settled_.states = working_.states;
    settled_.skipped = working_.skipped;
    settled_.resets = working_.resets;
    settled_.conflicts = working_.conflicts;
    settled_.position = working_.position;
  }
  for (std::size_t pair = 0; pair < samples_.size(); ++pair) {
    for (auto const& sample : samples_[pair]) {
      latencies_.observe(pair, sample.done_us, sample.latency_us, now_us);
    }
  }
  recent_stored_ = recent_.total();
  recent_whole_ = false;
  changes_.clear();
  acknowledge_.clear();
  clear_samples();
  inserted_ = 0;
  in_flight_ = false;
  wants_storing_ = false;
  tail_lost_ = false;
  loaded_ = true;
}

void HopLedger::clear_samples() {
  for (auto& samples : samples_) samples.clear();
}

void HopLedger::undo() {
  recent_.take_back(inserted_);
  working_ = settled_;
  target_of_pair_.clear();  // some of whose places may be gone, and be others' next
  latencies_.forget_exemplars_from(settled_.pairs.size());
  changes_.clear();
  acknowledge_.clear();
  clear_samples();
  inserted_ = 0;
  in_flight_ = false;
}

void HopLedger::adopt(std::optional<HopCounts> stored, bool unreadable, std::string_view recent,
                      const redis::StreamState& stream, std::int64_t now_us) {
  find_counts(std::move(stored), recent, now_us);
  if (unreadable) reset(ResetReason::checkpoint_unreadable);
  find_place(stream, tail_lost_);
  changes_.everything(working_);
  wants_storing_ = true;
  lag_.reset();
}

void HopLedger::find_counts(std::optional<HopCounts> stored, std::string_view recent, std::int64_t now_us) {
  tail_lost_ = false;
  if (!loaded_) {
    undo();
    if (stored) take_over(std::move(*stored), recent);
    return;
  }
  bool const ours = stored && stored->position.writer == settings_.writer;
  if (in_flight_ && ours && stored->position.sequence == working_.position.sequence) {
    settle(now_us);  // Redis did it, and its answer was lost
    return;
  }
  bool const unchanged = ours && stored->position.sequence == settled_.position.sequence;
  if (!unchanged && (!stored || stored->position.sequence <= settled_.position.sequence)) {
    // Redis lost what it had acknowledged: memory is the better copy, of the counts and of the place, with what
    // was taken in but not stored: the stream may no longer have it.
    reset(ResetReason::checkpoint_lost);
    working_.position.counted_before = working_.position.last;
    acknowledge_.clear();
    in_flight_ = false;
    tail_lost_ = stored.has_value();
    recent_whole_ = true;
    return;
  }
  undo();
  if (unchanged) return;
  note_conflict();
  take_over(std::move(*stored), recent);
}

void HopLedger::take_over(HopCounts stored, std::string_view recent) {
  // By name into what is there, so that a pair keeps its index, which windows and exemplars go by.
  for (auto& pair : stored.pairs) {
    auto const index = working_.pair(pair.source, pair.target, HopCounts::none);
    working_.pairs[index] = std::move(pair);
  }
  for (auto& target : stored.targets) {
    auto const index = working_.target(target.target, HopCounts::none);
    working_.targets[index] = std::move(target);
  }
  working_.errors = stored.errors;
  working_.states = stored.states;
  working_.skipped = stored.skipped;
  working_.resets = stored.resets;
  working_.conflicts = stored.conflicts;
  working_.position = std::move(stored.position);
  auto const& position = working_.position;
  recent_whole_ = !recent_.restore(recent, position.recent_total, position.recent_capacity);
  recent_stored_ = recent_.total();
}

void HopLedger::find_place(const redis::StreamState& stream, bool tail_lost) {
  auto& position = working_.position;
  constexpr redis::StreamId zero;
  bool const never_counted = position.sequence == 0;
  bool anew = false;
  if (!stream.exists) {
    if (position.last > zero) reset(ResetReason::stream_deleted);
    anew = true;
  } else if (stream.last_generated < position.last) {
    // After a lost tail it is the same stream, of which we have seen more than it remembers.
    if (tail_lost) return;
    reset(ResetReason::stream_behind);
    anew = true;
  } else if (!stream.group_delivered) {
    if (position.last > zero) reset(ResetReason::group_lost);
    position.counted_before = position.last;
  } else if (*stream.group_delivered < position.last) {
    if (position.counted_before < position.last) reset(ResetReason::group_rewound);
    position.counted_before = position.last;
  } else if (never_counted && *stream.group_delivered > zero) {
    reset(ResetReason::checkpoint_lost);
    position.last = *stream.group_delivered;
    return;
  }
  if (anew) position.last = position.counted_before = zero;
  if (anew) position.added_base.reset();
  if (position.last == zero && !position.added_base && (stream.entries_added || !stream.exists)) {
    // Nothing of this stream was read: what it no longer holds was never ours to lose.
    position.added_base = static_cast<std::int64_t>(stream.entries_added.value_or(0) - stream.length) -
                          static_cast<std::int64_t>(position.delivered + position.lost);
  }
}

void HopLedger::prepare(std::optional<HopCounts> stored, std::string_view recent) {
  if (stored) take_over(std::move(*stored), recent);
  changes_.everything(working_);
}

void HopLedger::note_stream(const redis::StreamState& stream) {
  auto& position = working_.position;
  std::optional<std::uint64_t> remaining;
  if (stream.length == 0 || stream.last_generated <= position.last) {
    remaining = 0;
  } else if (stream.first > position.last) {
    remaining = stream.length;
  }
  lag_ = remaining;
  if (!stream.entries_added) return;
  auto const added = static_cast<std::int64_t>(*stream.entries_added);
  auto const known = static_cast<std::int64_t>(position.delivered + position.lost);
  if (!remaining) {
    // The entry before the next one is still there, so nothing after it has been trimmed.
    if (position.added_base) {
      auto const left = added - *position.added_base - known;
      lag_ = std::clamp<std::int64_t>(left, 0, static_cast<std::int64_t>(stream.length));
    }
    return;
  }
  auto const accounted = known + static_cast<std::int64_t>(*remaining);
  if (position.added_base && added - *position.added_base == accounted) return;
  if (position.added_base && added - *position.added_base > accounted) {
    position.lost += static_cast<std::uint64_t>(added - *position.added_base - accounted);
  } else {
    position.added_base = added - accounted;
  }
  wants_storing_ = true;
}

std::optional<redis::StreamId> HopLedger::recall(redis::Reply entries, std::int64_t now_us) {
  std::optional<redis::StreamId> oldest;
  Hop hop;
  auto const end = entries.end();
  for (auto each = entries.begin(); each != end; ++each) {
    auto const entry = *each;
    oldest = redis::StreamId::parse(entry[0].text());
    if (parse_hop(entry[1], hop)) continue;
    auto index = settled_.find_pair(hop.source, hop.target);
    if (index == HopCounts::none) index = settled_.find_pair("other", "other");
    if (index == HopCounts::none) continue;
    latencies_.observe(index, hop.done_us, hop.done_us - hop.enqueued_us, now_us);
  }
  return oldest;
}

std::uint64_t HopLedger::unfinished(std::uint32_t pair, std::uint64_t started) {
  if (started_seen_.size() <= pair) started_seen_.resize(pair + 1);
  auto& settled = settled_.pairs[pair];
  auto const finished = settled.finished();
  if (started < std::exchange(started_seen_[pair], started)) {
    settled.started_base = finished > started ? finished - started : 0;
    working_.pairs[pair].started_base = settled.started_base;
    changes_.pair(pair);
    wants_storing_ = true;
  }
  auto const begun = started + settled.started_base;
  return begun > finished ? begun - finished : 0;
}

}  // namespace fleet::exporters::a2a
