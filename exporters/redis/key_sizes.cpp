#include "exporters/redis/key_sizes.hpp"

#include <array>
#include <optional>
#include <utility>

#include "core/redis/server/info_text.hpp"

namespace fleet::exporters::redis_health {
namespace {

constexpr std::size_t value_bytes = 64;  // as much of a string is read: enough for any number
constexpr std::string_view hyperloglog = "HYLL";

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> size_commands{{{"list", "LLEN"},
                                                                                      {"set", "SCARD"},
                                                                                      {"zset", "ZCARD"},
                                                                                      {"hash", "HLEN"},
                                                                                      {"stream", "XLEN"},
                                                                                      {"string", "STRLEN"}}};

std::string_view size_command(std::string_view type) {
  for (auto const& [name, command] : size_commands) {
    if (name == type) return command;
  }
  return {};
}

/// Go's reading of a number, less what no counter looks like.
std::optional<double> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return fleet::redis::number_in(text);
}

}  // namespace

KeySizes::KeySizes(std::vector<KeyName> keys, KeyLimits limits, fleet::redis::ServerPage& page,
                   KeyProblems& problems)
    : limits_(limits), page_(page), problems_(problems) {
  for (auto& name : keys) keys_.push_back({.name = std::move(name), .type = {}});
}

void KeySizes::ask_types(DatabasePipeline& pipeline, const std::map<KeyName, std::string>& expected) {
  for (auto& key : keys_) {
    key.type_place = pipeline.add(key.name.database, {"TYPE", key.name.name});
    auto const found = expected.find(key.name);
    if (found == expected.end()) continue;
    key.type = found->second;
    ask_size(pipeline, key);
  }
}

void KeySizes::take_types(const DatabasePipeline::Replies& replies) {
  std::vector<Key> others;
  for (auto& key : keys_) {
    auto const reply = replies[key.type_place];
    if (reply.is_error()) {
      problems_.add(key.name, reply.error_text());
      continue;
    }
    auto const type = reply.text();
    if (type == "none") {
      add_size(key.name, 0);
    } else if (size_command(type).empty()) {
      problems_.add(key.name, "is of the unknown type " + std::string(type));
    } else {
      types_[key.name] = type;
      if (key.type == type) {
        take_size(replies, std::move(key));
      } else {
        key.type = type;
        others.push_back(std::move(key));
      }
    }
  }
  keys_ = std::move(others);
}

void KeySizes::ask_size(DatabasePipeline& pipeline, Key& key) {
  static const auto last_byte = std::to_string(value_bytes - 1);
  key.place = pipeline.add(key.name.database, {size_command(key.type), key.name.name});
  if (key.type == "string")
    key.value_place = pipeline.add(key.name.database, {"GETRANGE", key.name.name, "0", last_byte});
}

void KeySizes::take_size(const DatabasePipeline::Replies& replies, Key key) {
  auto const size = replies[key.place];
  if (size.is_error()) {  // changed its type meanwhile, or no rights
    problems_.add(key.name, size.error_text());
    return;
  }
  if (key.type == "string") {
    auto const value = replies[key.value_place];
    if (!value.is_error() && value.text().starts_with(hyperloglog)) {
      distinct_.push_back(std::move(key));
      return;
    }
    bool const whole = static_cast<std::size_t>(size.integer()) <= value_bytes;
    if (!value.is_error() && whole) add_value(key.name, value.text());
  }
  add_size(key.name, static_cast<double>(size.integer()));
}

void KeySizes::ask_sizes(DatabasePipeline& pipeline) {
  for (auto& key : keys_) ask_size(pipeline, key);
}

void KeySizes::take_sizes(const DatabasePipeline::Replies& replies) {
  for (auto& key : keys_) take_size(replies, std::move(key));
  keys_.clear();
}

void KeySizes::ask_distinct(DatabasePipeline& pipeline) {
  for (auto& key : distinct_) key.place = pipeline.add(key.name.database, {"PFCOUNT", key.name.name});
}

void KeySizes::take_distinct(const DatabasePipeline::Replies& replies) {
  for (auto const& key : distinct_) {
    auto const reply = replies[key.place];
    if (reply.is_error()) {
      problems_.add(key.name, reply.error_text());
    } else {
      add_size(key.name, static_cast<double>(reply.integer()));
    }
  }
  distinct_.clear();
}

void KeySizes::add_size(const KeyName& key, double size) {
  auto const database = key.database_label();
  page_.gauge("key_size", "The length or size of \"key\"").add({{"db", database}, {"key", key.name}}, size);
}

void KeySizes::add_value(const KeyName& key, std::string_view text) {
  auto const database = key.database_label();
  if (auto const number = number_of(text)) {
    page_.gauge("key_value", "The value of \"key\"").add({{"db", database}, {"key", key.name}}, *number);
  } else if (limits_.text_values) {
    page_.gauge("key_value_as_string", "The value of \"key\" as a string")
        .add({{"db", database}, {"key", key.name}, {"val", text}}, 1);
  }
}

}  // namespace fleet::exporters::redis_health
