#include "exporters/a2a/hop.hpp"

#include <charconv>
#include <limits>

namespace fleet::exporters::a2a {
namespace {

template <class Integer>
bool read_integer(std::string_view text, Integer& out) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// The year 9999; further off no arithmetic on stamps could be trusted.
constexpr std::int64_t last_stamp_us = 253'402'300'799'999'999;

bool read_stamp(std::string_view text, std::optional<std::int64_t>& out) {
  std::int64_t value = 0;
  if (!read_integer(text, value) || value < 0 || value > last_stamp_us) return false;
  out = value;
  return true;
}

std::optional<Outcome> read_outcome(std::string_view text) {
  for (std::size_t n = 0; n < outcome_names.size(); ++n) {
    if (text == outcome_names[n]) return static_cast<Outcome>(n);
  }
  return std::nullopt;
}

bool is_trace_id(std::string_view text) {
  if (text.size() != 32) return false;
  for (char const c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

/// The fields as they were sent; names differ enough in length and first letter to be told apart by a switch.
struct Fields {
  std::string_view version, hop_id, attempt, source, target, enqueued, dequeued, done, outcome, error, state,
      trace_id;
  bool has_dequeued = false;

  void take(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 1:
        if (name == "v") version = value;
        break;
      case 3:
        if (name == "src") source = value;
        if (name == "dst") target = value;
        if (name == "err") error = value;
        break;
      case 5:
        if (name == "state") state = value;
        break;
      case 6:
        if (name == "hop_id") hop_id = value;
        break;
      case 7:
        if (name == "attempt") attempt = value;
        if (name == "outcome") outcome = value;
        break;
      case 8:
        if (name == "t_enq_us") enqueued = value;
        if (name == "t_deq_us") dequeued = value, has_dequeued = true;
        if (name == "trace_id") trace_id = value;
        break;
      case 9:
        if (name == "t_done_us") done = value;
        break;
      default:
        break;
    }
  }
};

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

std::variant<Hop, SkipReason> parse_hop(redis::Reply fields) {
  if (fields.is_nil()) return SkipReason::trimmed;
  if (fields.type() != redis::ReplyType::array) return SkipReason::malformed;
  Fields sent;
  auto const end = fields.end();
  for (auto field = fields.begin(); field != end; ++field) {
    auto const name = (*field).text();
    ++field;
    if (!(field != end)) return SkipReason::malformed;
    sent.take(name, (*field).text());
  }

  // The version first: what a later version means by its fields is not ours to judge.
  if (sent.version.empty()) return SkipReason::malformed;
  if (sent.version != "1") return SkipReason::version;

  Hop hop;
  hop.hop_id = sent.hop_id;
  hop.source = sent.source;
  hop.target = sent.target;
  std::optional<std::int64_t> enqueued, done;
  auto const outcome = read_outcome(sent.outcome);
  if (hop.hop_id.empty() || !read_integer(sent.attempt, hop.attempt) || !is_agent_name(hop.source) ||
      !is_agent_name(hop.target) || !outcome || !read_stamp(sent.enqueued, enqueued) ||
      !read_stamp(sent.done, done)) {
    return SkipReason::malformed;
  }
  hop.outcome = *outcome;
  hop.enqueued_us = *enqueued;
  hop.done_us = *done;
  bool const never_taken = hop.outcome == Outcome::timeout && (!sent.has_dequeued || sent.dequeued.empty());
  if (!never_taken && !read_stamp(sent.dequeued, hop.dequeued_us)) return SkipReason::malformed;

  if (hop.done_us < hop.enqueued_us) return SkipReason::negative;
  if (hop.dequeued_us && (*hop.dequeued_us < hop.enqueued_us || hop.done_us < *hop.dequeued_us)) {
    return SkipReason::negative;
  }
  if (hop.outcome == Outcome::error) hop.error_code = read_error_code(sent.error);
  if (!sent.state.empty()) hop.task_state = read_task_state(sent.state);
  if (is_trace_id(sent.trace_id)) hop.trace_id = sent.trace_id;
  return hop;
}

}  // namespace fleet::exporters::a2a
