#include "exporters/documents/batch_record.hpp"

#include <boost/json.hpp>

#include "core/config/utf8.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::exporters::documents {

namespace {

constexpr std::size_t longest_id = 256, longest_pipeline = 64, longest_stage = 64;
// Counts are added up and stamps subtracted: beyond these (the year 9999) neither could be trusted.
constexpr std::int64_t most_documents = 1'000'000'000, last_stamp_us = 253'402'300'799'999'999;

/// UTF-8 without control characters: both are kept in the checkpoint, whose JSON could not be read again
/// otherwise.
bool is_plain(std::string_view text) {
  while (!text.empty()) {
    auto const first = static_cast<unsigned char>(text.front());
    auto const length = config::utf8_length(text);
    if (length == 0 || first < 0x20 || first == 0x7f) return false;
    text.remove_prefix(length);
  }
  return true;
}

struct RawFields {
  std::string_view event, batch_id, pipeline, size, succeeded, failed, at_us, stage, began_us;
};

RawFields pick(const redis::Reply& fields) {
  RawFields raw;
  std::string_view name;
  bool is_value = false;
  for (auto const item : fields) {
    if (!is_value) {
      name = item.text();
    } else if (name == "event") {
      raw.event = item.text();
    } else if (name == "batch_id") {
      raw.batch_id = item.text();
    } else if (name == "pipeline") {
      raw.pipeline = item.text();
    } else if (name == "size") {
      raw.size = item.text();
    } else if (name == "succeeded") {
      raw.succeeded = item.text();
    } else if (name == "failed") {
      raw.failed = item.text();
    } else if (name == "at_us") {
      raw.at_us = item.text();
    } else if (name == "stage") {
      raw.stage = item.text();
    } else if (name == "began_us") {
      raw.began_us = item.text();
    }
    is_value = !is_value;
  }
  return raw;
}

bool read_count(std::string_view text, std::int64_t& out) {
  auto const number = parse_number<std::int64_t>(text);
  if (!number || *number > most_documents) return false;
  out = *number;
  return true;
}

/// What a stage tells beside batch, pipeline and its end. It need not count documents.
bool read_stage(const RawFields& raw, BatchRecord& record) {
  auto const began = parse_number<std::int64_t>(raw.began_us);
  if (!began || *began > last_stamp_us) return false;
  if (raw.stage.empty() || raw.stage.size() > longest_stage || !is_plain(raw.stage)) return false;
  record.stage = raw.stage;
  record.began_us = *began;
  return (raw.succeeded.empty() || read_count(raw.succeeded, record.succeeded)) &&
         (raw.failed.empty() || read_count(raw.failed, record.failed));
}

}  // namespace

std::string_view to_string(Skip reason) {
  static constexpr std::string_view words[] = {"malformed", "negative", "duplicate", "trimmed", "unpaired"};
  static_assert(std::size(words) == skip_kinds);
  return words[static_cast<std::size_t>(reason)];
}

std::variant<BatchRecord, Skip> parse_batch(const redis::Reply& fields) {
  if (fields.is_nil()) return Skip::trimmed;
  auto const raw = pick(fields);
  BatchRecord record;
  if (raw.event == "finished") {
    record.event = BatchEvent::finished;
  } else if (raw.event == "stage") {
    record.event = BatchEvent::stage;
  } else if (raw.event != "started") {
    return Skip::malformed;
  }
  bool const is_stage = record.event == BatchEvent::stage;
  auto const size = is_stage ? 0 : parse_number<std::int64_t>(raw.size),
             at = parse_number<std::int64_t>(raw.at_us);
  if (raw.batch_id.empty() || raw.pipeline.empty() || !size || !at) return Skip::malformed;
  if (raw.batch_id.size() > longest_id || raw.pipeline.size() > longest_pipeline || !is_plain(raw.batch_id) ||
      !is_plain(raw.pipeline) || *size > most_documents || *at > last_stamp_us) {
    return Skip::malformed;
  }
  record.batch_id = raw.batch_id;
  record.pipeline = raw.pipeline;
  record.size = *size;
  record.at_us = *at;
  if (record.event == BatchEvent::finished) {
    if (!read_count(raw.succeeded, record.succeeded) || !read_count(raw.failed, record.failed)) {
      return Skip::malformed;
    }
  }
  if (is_stage && !read_stage(raw, record)) return Skip::malformed;
  if (record.size < 0 || record.at_us < 0 || record.succeeded < 0 || record.failed < 0) return Skip::negative;
  if (is_stage && (record.began_us < 0 || record.at_us < record.began_us)) return Skip::negative;
  return record;
}

std::optional<QueueEntry> parse_queue_entry(std::string_view entry) {
  boost::system::error_code error;
  auto const value = boost::json::parse(entry, error);
  auto const* const object = error ? nullptr : value.if_object();
  auto const* const enqueued = object ? object->if_contains("enqueued_at_us") : nullptr;
  if (!enqueued || !enqueued->is_int64() || enqueued->get_int64() < 0) return std::nullopt;
  QueueEntry read;
  read.enqueued_at_us = enqueued->get_int64();
  if (auto const* const attempt = object->if_contains("attempt")) {
    if (!attempt->is_int64() || attempt->get_int64() < 1) return std::nullopt;
    read.attempt = attempt->get_int64();
  }
  return read;
}

}  // namespace fleet::exporters::documents
