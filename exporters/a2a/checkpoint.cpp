#include "exporters/a2a/checkpoint.hpp"

#include <charconv>
#include <span>
#include <stdexcept>

#include "core/io/parse_number.hpp"

namespace fleet::exporters::a2a {
namespace {

constexpr std::string_view pair_prefix = "pair:";
constexpr std::string_view target_prefix = "target:";
constexpr std::string_view seen_mark = " seen ";

/// Cuts words off the front of a text; after a failure every further read fails too.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    auto const word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }
  bool next(std::uint64_t& value) {
    auto const number = parse_number<std::uint64_t>(next());
    if (number) value = *number;
    good_ = good_ && number;
    return good_;
  }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::uint64_t to_number(std::string_view text) { return parse_number<std::uint64_t>(text).value_or(0); }
std::int64_t to_signed(std::string_view text) { return parse_number<std::int64_t>(text).value_or(0); }

std::string bounds_text() {
  std::string text;
  for (auto const bound : latency_bounds_us()) text += (text.empty() ? "" : " ") + std::to_string(bound);
  return text;
}

void read_named(std::string_view text, std::span<const std::string_view> names,
                std::span<std::uint64_t> values) {
  Words words(text);
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    auto const equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    for (std::size_t n = 0; n < names.size(); ++n) {
      if (names[n] == word.substr(0, equals)) values[n] = to_number(word.substr(equals + 1));
    }
  }
}

bool read_position(std::string_view text, Position& out) {
  bool understood = false;
  Words words(text);
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    auto const equals = word.find('=');
    if (equals == std::string_view::npos) return false;
    auto const name = word.substr(0, equals);
    auto const value = word.substr(equals + 1);
    if (name == "version") understood = value == "1";
    if (name == "sequence") out.sequence = to_number(value);
    if (name == "writer") out.writer = value;
    if (name == "last") out.last = redis::StreamId::parse(value).value_or(redis::StreamId{});
    if (name == "counted_before")
      out.counted_before = redis::StreamId::parse(value).value_or(redis::StreamId{});
    if (name == "delivered") out.delivered = to_number(value);
    if (name == "base") out.added_base = to_signed(value);
    if (name == "lost") out.lost = to_number(value);
    if (name == "newest_done_us") out.newest_done_us = static_cast<std::int64_t>(to_number(value));
    if (name == "recent_total") out.recent_total = to_number(value);
    if (name == "recent_capacity") out.recent_capacity = to_number(value);
  }
  return understood;
}

bool read_duration(Words& words, DurationCounts& out) {
  words.next(out.sum_us);
  for (auto& count : out.counts) words.next(count);
  return words.good();
}

/// Stamps are named, because they come after as many words as there were bounds; older versions have none.
void read_seen(std::string_view text, PairCounts& pair) {
  auto const at = text.find(seen_mark);
  if (at == std::string_view::npos) return;
  std::uint64_t source = 0, target = 0;
  Words stamps(text.substr(at + seen_mark.size()));
  if (!stamps.next(source) || !stamps.next(target)) return;
  pair.source_seen_us = static_cast<std::int64_t>(source);
  pair.target_seen_us = static_cast<std::int64_t>(target);
}

void read_pair(std::string_view key, std::string_view text, bool same_bounds, HopCounts& counts) {
  auto const bar = key.find('|');
  if (bar == std::string_view::npos) return;
  if (!is_agent_name(key.substr(0, bar)) || !is_agent_name(key.substr(bar + 1))) return;
  PairCounts read;
  Words words(text);
  for (auto& count : read.by_outcome) words.next(count);
  if (!words.next(read.started_base)) return;
  if (!same_bounds || !read_duration(words, read.duration)) read.duration = DurationCounts();
  read_seen(text, read);
  auto& pair = counts.pairs[counts.pair(key.substr(0, bar), key.substr(bar + 1), HopCounts::none)];
  read.source = pair.source;
  read.target = pair.target;
  pair = std::move(read);
}

void read_target(std::string_view name, std::string_view text, bool same_bounds, HopCounts& counts) {
  if (!is_agent_name(name)) return;
  TargetCounts read;
  Words words(text);
  if (!same_bounds || !read_duration(words, read.queue) || !read_duration(words, read.processing)) {
    read = TargetCounts();
  }
  auto& target = counts.targets[counts.target(name, HopCounts::none)];
  read.target = target.target;
  target = std::move(read);
}

}  // namespace

CheckpointFields::CheckpointFields(const HopCounts& counts, const Changes& changes) {
  add_position(counts.position);
  auto const add_named = [this](std::string_view field, auto const& names, auto const& values) {
    begin_word();
    buffer_ += field;
    begin_word();
    for (std::size_t n = 0; n < names.size(); ++n) {
      if (n > 0) buffer_ += ' ';
      buffer_.append(names[n]).append("=");
      number(values[n]);
    }
  };
  add_named("skipped", skip_reason_names, counts.skipped);
  add_named("errors", error_codes, counts.errors);
  add_named("states", task_state_names, counts.states);
  add_named("resets", reset_reason_names, counts.resets);
  buffer_ += " conflicts=";
  number(counts.conflicts);
  if (changes.all) {
    begin_word();
    buffer_ += "bounds";
    begin_word();
    buffer_ += bounds_text();
  }
  for (auto const index : changes.pairs()) add_pair(counts.pairs[index]);
  for (auto const index : changes.targets()) add_target(counts.targets[index]);
}

void CheckpointFields::append_to(std::vector<std::string_view>& words) const {
  for (std::size_t n = 0; n < starts_.size(); ++n) words.push_back(word(n));
}

std::string_view CheckpointFields::position() const { return word(1); }

std::string_view CheckpointFields::word(std::size_t n) const {
  auto const end = n + 1 < starts_.size() ? starts_[n + 1] : buffer_.size();
  return std::string_view(buffer_).substr(starts_[n], end - starts_[n]);
}

void CheckpointFields::number(std::uint64_t value) {
  char digits[24];
  auto const* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  buffer_.append(digits, static_cast<std::size_t>(end - digits));  // by iterators it would be a replacement
}

void CheckpointFields::add_position(const Position& position) {
  begin_word();
  buffer_ += "position";
  begin_word();
  auto const add = [this](std::string_view name, std::uint64_t value) {
    buffer_.append(" ").append(name).append("=");
    number(value);
  };
  buffer_ += "version=1";
  add("sequence", position.sequence);
  buffer_.append(" writer=").append(position.writer);
  buffer_.append(" last=").append(position.last.text());
  buffer_.append(" counted_before=").append(position.counted_before.text());
  add("delivered", position.delivered);
  if (position.added_base) buffer_.append(" base=").append(std::to_string(*position.added_base));
  add("lost", position.lost);
  add("newest_done_us", static_cast<std::uint64_t>(position.newest_done_us));
  add("recent_total", position.recent_total);
  add("recent_capacity", position.recent_capacity);
}

void CheckpointFields::add_duration(const DurationCounts& duration) {
  number(duration.sum_us);
  for (auto const count : duration.counts) {
    buffer_ += ' ';
    number(count);
  }
}

void CheckpointFields::add_pair(const PairCounts& pair) {
  begin_word();
  buffer_.append(pair_prefix).append(pair.source).append("|").append(pair.target);
  begin_word();
  for (auto const count : pair.by_outcome) {
    number(count);
    buffer_ += ' ';
  }
  number(pair.started_base);
  buffer_ += ' ';
  add_duration(pair.duration);
  buffer_ += seen_mark;
  number(static_cast<std::uint64_t>(pair.source_seen_us));
  buffer_ += ' ';
  number(static_cast<std::uint64_t>(pair.target_seen_us));
}

void CheckpointFields::add_target(const TargetCounts& target) {
  begin_word();
  buffer_.append(target_prefix).append(target.target);
  begin_word();
  add_duration(target.queue);
  buffer_ += ' ';
  add_duration(target.processing);
}

std::optional<HopCounts> decode_checkpoint(redis::Reply all) {
  if (all.checked().size() == 0) return std::nullopt;
  HopCounts counts;
  bool positioned = false;
  bool same_bounds = false;
  redis::each_field(all, [&](std::string_view field, const redis::Reply& value) {
    if (field == "position") positioned = read_position(value.text(), counts.position);
    if (field == "bounds") same_bounds = value.text() == bounds_text();
  });
  if (!positioned) throw std::runtime_error("the checkpoint holds no position that this version understands");
  redis::each_field(all, [&](std::string_view field, const redis::Reply& held) {
    auto const value = held.text();
    if (field.starts_with(pair_prefix)) {
      read_pair(field.substr(pair_prefix.size()), value, same_bounds, counts);
    } else if (field.starts_with(target_prefix)) {
      read_target(field.substr(target_prefix.size()), value, same_bounds, counts);
    } else if (field == "skipped") {
      read_named(value, skip_reason_names, counts.skipped);
    } else if (field == "errors") {
      read_named(value, error_codes, counts.errors);
    } else if (field == "states") {
      read_named(value, task_state_names, counts.states);
    } else if (field == "resets") {
      read_named(value, reset_reason_names, counts.resets);
      constexpr std::string_view conflicts = "conflicts";
      read_named(value, std::span(&conflicts, 1), std::span(&counts.conflicts, 1));
    }
  });
  return counts;
}

}  // namespace fleet::exporters::a2a
