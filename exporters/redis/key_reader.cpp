#include "exporters/redis/key_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/redis/server/info_text.hpp"
#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/key_scan.hpp"
#include "exporters/redis/streams.hpp"

namespace fleet::exporters::redis_health {
namespace {

using fleet::redis::Client;
using fleet::redis::ServerPage;

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

struct FoundKey {
  KeyName key;
  std::string type;
  std::size_t size_place = 0, value_place = 0;
};

/// Patterns replaced by what they match, each key once, in the order of their databases.
awaitable<std::vector<KeyName>> expanded(Client& client, std::vector<KeyName> names, KeyLimits limits,
                                         Deadline deadline, KeyProblems* problems) {
  std::vector<KeyName> keys, patterns;
  for (auto& name : names) (name.is_pattern() ? patterns : keys).push_back(std::move(name));
  if (!patterns.empty()) {
    auto const found = co_await scan_keys(client, patterns, limits.keys_per_pattern, limits, deadline);
    for (std::size_t n = 0; n < patterns.size(); ++n) {
      if (!found[n].problem.empty()) problems->add(patterns[n], found[n].problem);
      for (auto const& name : found[n].keys) keys.push_back({patterns[n].database, name});
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  co_return keys;
}

/// The keys with their types, less those whose type is no one's.
awaitable<std::vector<FoundKey>> typed(Client& client, std::vector<KeyName> keys, Deadline deadline,
                                       KeyProblems* problems) {
  DatabasePipeline pipeline(client.options().database);
  for (auto const& key : keys) pipeline.add(key.database, {"TYPE", key.name});
  auto const replies = co_await pipeline.run(client, deadline);
  std::vector<FoundKey> found;
  for (std::size_t n = 0; n < keys.size(); ++n) {
    auto const reply = replies[n];
    if (reply.is_error()) {
      problems->add(keys[n], reply.error_text());
    } else if (reply.text() != "none" && size_command(reply.text()).empty()) {
      problems->add(keys[n], "is of the unknown type " + std::string(reply.text()));
    } else {
      FoundKey one;
      one.key = std::move(keys[n]);
      one.type = reply.text();
      found.push_back(std::move(one));
    }
  }
  co_return found;
}

void add_value(const FoundKey& key, std::string_view text, const KeyLimits& limits, ServerPage& page) {
  auto const database = key.key.database_label();
  if (auto const number = number_of(text)) {
    page.gauge("key_value", "The value of \"key\"").add({{"db", database}, {"key", key.key.name}}, *number);
  } else if (limits.text_values) {
    page.gauge("key_value_as_string", "The value of \"key\" as a string")
        .add({{"db", database}, {"key", key.key.name}, {"val", text}}, 1);
  }
}

/// Sizes of what HyperLogLogs count: asked only of strings that are one, as others refuse and count an error.
awaitable<void> add_distinct(Client& client, std::vector<FoundKey> keys, Deadline deadline, ServerPage* page,
                             KeyProblems* problems) {
  DatabasePipeline pipeline(client.options().database);
  for (auto const& key : keys) pipeline.add(key.key.database, {"PFCOUNT", key.key.name});
  auto const replies = co_await pipeline.run(client, deadline);
  auto sizes = page->gauge("key_size", "The length or size of \"key\"");
  for (std::size_t n = 0; n < keys.size(); ++n) {
    auto const database = keys[n].key.database_label();
    if (replies[n].is_error()) {
      problems->add(keys[n].key, replies[n].error_text());
    } else {
      sizes.add({{"db", database}, {"key", keys[n].key.name}}, static_cast<double>(replies[n].integer()));
    }
  }
}

awaitable<void> read_sizes(Client& client, std::vector<KeyName> names, KeyLimits limits, Deadline deadline,
                           ServerPage* page, KeyProblems* problems) {
  auto keys = co_await typed(client, std::move(names), deadline, problems);
  DatabasePipeline pipeline(client.options().database);
  auto const last_byte = std::to_string(value_bytes - 1);
  for (auto& key : keys) {
    if (key.type == "none") continue;
    key.size_place = pipeline.add(key.key.database, {size_command(key.type), key.key.name});
    if (key.type == "string")
      key.value_place = pipeline.add(key.key.database, {"GETRANGE", key.key.name, "0", last_byte});
  }
  std::optional<DatabasePipeline::Replies> replies;
  if (!pipeline.empty()) replies = co_await pipeline.run(client, deadline);
  auto sizes = page->gauge("key_size", "The length or size of \"key\"");
  std::vector<FoundKey> distinct;
  for (auto& key : keys) {
    auto const database = key.key.database_label();
    if (key.type == "none") {
      sizes.add({{"db", database}, {"key", key.key.name}}, 0);
      continue;
    }
    auto const size = (*replies)[key.size_place];
    if (size.is_error()) {  // changed its type meanwhile, or no rights
      problems->add(key.key, size.error_text());
      continue;
    }
    if (key.type == "string") {
      auto const value = (*replies)[key.value_place];
      if (!value.is_error() && value.text().starts_with(hyperloglog)) {
        distinct.push_back(std::move(key));
        continue;
      }
      bool const whole = static_cast<std::size_t>(size.integer()) <= value_bytes;
      if (!value.is_error() && whole) add_value(key, value.text(), limits, *page);
    }
    sizes.add({{"db", database}, {"key", key.key.name}}, static_cast<double>(size.integer()));
  }
  if (!distinct.empty()) co_await add_distinct(client, std::move(distinct), deadline, page, problems);
}

awaitable<void> read_counts(Client& client, std::vector<KeyName> patterns, KeyLimits limits, Deadline deadline,
                            ServerPage* page, KeyProblems* problems) {
  auto const found = co_await scan_keys(client, patterns, std::nullopt, limits, deadline);
  auto counts = page->gauge("keys_count", "Count of keys");
  for (std::size_t n = 0; n < patterns.size(); ++n) {
    auto const database = patterns[n].database_label();
    if (!found[n].problem.empty()) {
      problems->add(patterns[n], found[n].problem);
    } else {
      counts.add({{"db", database}, {"key", patterns[n].name}}, static_cast<double>(found[n].count));
    }
  }
}

}  // namespace

void KeyProblems::add(const KeyName& key, std::string_view why) {
  for (std::string_view const code : {"LOADING ", "BUSY ", "NOAUTH "}) of_server_ |= why.starts_with(code);
  if (++count_ == 1) first_ = key.database_label() + " " + key.name + " (" + std::string(why) + ")";
}

std::string KeyProblems::text() const {
  if (count_ < 2) return first_;
  return first_ + " and " + std::to_string(count_ - 1) + " more";
}

awaitable<void> read_keys(Client& client, WatchedKeys watched, KeyLimits limits, Deadline deadline,
                          ServerPage* page, KeyProblems* problems) {
  if (!watched.keys.empty()) {
    auto keys = co_await expanded(client, std::move(watched.keys), limits, deadline, problems);
    if (!keys.empty()) co_await read_sizes(client, std::move(keys), limits, deadline, page, problems);
  }
  if (!watched.streams.empty()) {
    auto streams = co_await expanded(client, std::move(watched.streams), limits, deadline, problems);
    if (!streams.empty()) co_await read_streams(client, std::move(streams), limits, deadline, page, problems);
  }
  if (!watched.counts.empty())
    co_await read_counts(client, std::move(watched.counts), limits, deadline, page, problems);
}

}  // namespace fleet::exporters::redis_health
