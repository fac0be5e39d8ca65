#include "exporters/a2a/hop.hpp"

#include <limits>

#include "core/redis/decimal.hpp"

namespace fleet::exporters::a2a {
namespace {

bool read_attempt(std::string_view text, std::uint32_t& out) {
  std::uint64_t value = 0;
  if (!redis::read_decimal(text, value) || value > std::numeric_limits<std::uint32_t>::max()) return false;
  out = static_cast<std::uint32_t>(value);
  return true;
}

// The year 9999; further off no arithmetic on stamps could be trusted.
constexpr std::uint64_t last_stamp_us = 253'402'300'799'999'999;

bool read_stamp(std::string_view text, std::int64_t& out) {
  std::uint64_t value = 0;
  if (!redis::read_decimal(text, value) || value > last_stamp_us) return false;
  out = static_cast<std::int64_t>(value);
  return true;
}

bool read_outcome(std::string_view text, Outcome& out) {
  for (std::size_t n = 0; n < outcome_names.size(); ++n) {
    if (text != outcome_names[n]) continue;
    out = static_cast<Outcome>(n);
    return true;
  }
  return false;
}

bool is_trace_id(std::string_view text) {
  constexpr std::size_t digits = 32;
  if (text.size() != digits) return false;
  unsigned wrong = 0;  // gathered without a branch, several at a time
  for (std::size_t n = 0; n < digits; ++n) {
    auto const c = static_cast<unsigned char>(text[n]);
    wrong |= static_cast<unsigned>((c < '0' || c > '9') && (c < 'a' || c > 'f'));
  }
  return wrong == 0;
}

/// Takes a record's fields as they come, each into its place in the hop. Names differ enough in length and
/// first letter to be told apart by a switch.
class HopReader {
 public:
  explicit HopReader(Hop& hop) : hop_(hop) {
    hop.hop_id = hop.source = hop.target = hop.trace_id = {};
    hop.attempt = 0;
    hop.enqueued_us = hop.done_us = 0;
    hop.dequeued_us.reset();
    hop.outcome = Outcome::ok;
    hop.error_code = error_codes.size() - 1;
    hop.task_state.reset();
  }
  void take(std::string_view name, std::string_view value);
  std::optional<SkipReason> judge();

 private:
  enum Mark : unsigned { attempt = 1, enqueued = 2, done = 4, outcome = 8, all = 15 };
  void mark(Mark field, bool good) { good_ = good ? good_ | field : good_ & ~static_cast<unsigned>(field); }

  Hop& hop_;
  unsigned good_ = 0;  // marks of the fields that came and are what they should be
  std::string_view version_, error_, dequeued_;
};

void HopReader::take(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 1:
      if (name == "v") version_ = value;
      break;
    case 3:
      if (name == "src") hop_.source = value;
      if (name == "dst") hop_.target = value;
      if (name == "err") error_ = value;
      break;
    case 5:
      if (name != "state") break;
      hop_.task_state.reset();
      if (!value.empty()) hop_.task_state = read_task_state(value);
      break;
    case 6:
      if (name == "hop_id") hop_.hop_id = value;
      break;
    case 7:
      if (name == "attempt") mark(attempt, read_attempt(value, hop_.attempt));
      if (name == "outcome") mark(outcome, read_outcome(value, hop_.outcome));
      break;
    case 8:
      if (name == "t_enq_us") mark(enqueued, read_stamp(value, hop_.enqueued_us));
      if (name == "t_deq_us") dequeued_ = value;
      if (name == "trace_id") hop_.trace_id = is_trace_id(value) ? value : std::string_view();
      break;
    case 9:
      if (name == "t_done_us") mark(done, read_stamp(value, hop_.done_us));
      break;
    default:
      break;
  }
}

std::optional<SkipReason> HopReader::judge() {
  // The version first: what a later version means by its fields is not ours to judge.
  if (version_.empty()) return SkipReason::malformed;
  if (version_ != "1") return SkipReason::version;
  if (good_ != all || hop_.hop_id.empty() || !is_agent_name(hop_.source) || !is_agent_name(hop_.target)) {
    return SkipReason::malformed;
  }
  bool const never_taken = hop_.outcome == Outcome::timeout && dequeued_.empty();
  if (!never_taken && !read_stamp(dequeued_, hop_.dequeued_us.emplace())) return SkipReason::malformed;

  if (hop_.done_us < hop_.enqueued_us) return SkipReason::negative;
  if (hop_.dequeued_us && (*hop_.dequeued_us < hop_.enqueued_us || hop_.done_us < *hop_.dequeued_us)) {
    return SkipReason::negative;
  }
  if (hop_.outcome == Outcome::error) hop_.error_code = read_error_code(error_);
  return std::nullopt;
}

}  // namespace

bool is_agent_name(std::string_view name) {
  if (name.empty() || name.size() > max_agent_name) return false;
  for (char const c : name) {
    if (c == '|' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

std::uint8_t read_error_code(std::string_view text) {
  for (std::uint8_t n = 0; n + 1U < error_codes.size(); ++n) {
    if (text == error_codes[n]) return n;
  }
  return error_codes.size() - 1;
}

std::optional<SkipReason> parse_hop(redis::Reply fields, Hop& hop) {
  HopReader reader(hop);
  if (fields.is_nil()) return SkipReason::trimmed;
  if (fields.type() != redis::ReplyType::array) return SkipReason::malformed;
  auto const take = [&reader](std::string_view name, const redis::Reply& value) {
    reader.take(name, value.text());
  };
  if (!fields.each_pair(take)) return SkipReason::malformed;
  return reader.judge();
}

}  // namespace fleet::exporters::a2a
