// Redis replies made by hand, through the decoder that real ones go through.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/redis/reply_reader.hpp"

namespace fleet::testing {

inline std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

using RecordFields = std::vector<std::pair<std::string, std::string>>;

/// The fields of a good hop record from `src` to `dst`, with `changes` (an empty value removes the field).
inline RecordFields hop_fields(const std::string& id, std::int64_t enqueued_us, std::int64_t done_us,
                               const std::map<std::string, std::string>& changes = {}) {
  RecordFields fields{{"v", "1"},
                      {"hop_id", id},
                      {"src", "intake"},
                      {"dst", "research"},
                      {"op", "SendMessage"},
                      {"attempt", "1"},
                      {"t_enq_us", std::to_string(enqueued_us)},
                      {"t_deq_us", std::to_string(enqueued_us + (done_us - enqueued_us) / 4)},
                      {"t_done_us", std::to_string(done_us)},
                      {"outcome", "ok"}};
  for (auto const& [name, value] : changes) {
    std::erase_if(fields, [&name = name](auto const& field) { return field.first == name; });
    if (!value.empty()) fields.emplace_back(name, value);
  }
  return fields;
}

/// A decoded reply and its storage.
class MadeReply {
 public:
  explicit MadeReply(const std::string& wire) : arena_(std::make_unique<redis::ReplyArena>()) {
    redis::ReplyReader reader;
    reader.feed(wire);
    if (!reader.next(*arena_)) throw std::logic_error("incomplete reply in a test");
  }
  operator redis::Reply() const { return redis::Reply(arena_.get(), 0); }
  redis::Reply reply() const { return *this; }

 private:
  std::unique_ptr<redis::ReplyArena> arena_;
};

inline std::string fields_wire(const std::optional<RecordFields>& fields) {
  if (!fields) return "*-1\r\n";
  std::string wire = "*" + std::to_string(2 * fields->size()) + "\r\n";
  for (auto const& [name, value] : *fields) wire += bulk(name) + bulk(value);
  return wire;
}

/// Stream entries as XREADGROUP and XRANGE list them; nullopt fields are a trimmed entry.
class MadeEntries {
 public:
  MadeEntries& add(const std::string& id, std::optional<RecordFields> fields) {
    wire_ += "*2\r\n" + bulk(id) + fields_wire(fields);
    ++count_;
    return *this;
  }
  MadeReply reply() const { return MadeReply("*" + std::to_string(count_) + "\r\n" + wire_); }

 private:
  std::string wire_;
  int count_ = 0;
};

}  // namespace fleet::testing
