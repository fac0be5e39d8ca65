#include "exporters/redis/key_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/key_scan.hpp"
#include "exporters/redis/key_sizes.hpp"
#include "exporters/redis/streams.hpp"

namespace fleet::exporters::redis_health {
namespace {

using fleet::redis::Client;
using fleet::redis::ServerPage;

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

awaitable<std::optional<DatabasePipeline::Replies>> run(Client& client, DatabasePipeline pipeline,
                                                        Deadline deadline) {
  if (pipeline.empty()) co_return std::nullopt;
  co_return co_await pipeline.run(client, deadline);
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

awaitable<void> read_keys(Client& client, WatchedKeys watched, KeyLimits limits, Deadline deadline,
                          ServerPage* page, KeyProblems* problems, KeyMemory* memory) {
  auto const home = client.options().database;
  auto keys = co_await expanded(client, std::move(watched.keys), limits, deadline, problems);
  auto names = co_await expanded(client, std::move(watched.streams), limits, deadline, problems);
  KeySizes sizes(std::move(keys), limits, *page, *problems);
  StreamReadings streams(std::move(names), limits, *page, *problems, *memory);

  DatabasePipeline first(home);
  sizes.ask_types(first, memory->types);
  streams.ask(first);
  if (auto const replies = co_await run(client, std::move(first), deadline)) {
    sizes.take_types(*replies);
    streams.take(*replies);
  }
  DatabasePipeline second(home);
  sizes.ask_sizes(second);
  streams.ask_groups(second);
  auto const replies = co_await run(client, std::move(second), deadline);
  if (replies) sizes.take_sizes(*replies);
  memory->types = sizes.types();
  streams.take_groups(replies ? &*replies : nullptr);
  DatabasePipeline third(home);
  sizes.ask_distinct(third);
  if (auto const counted = co_await run(client, std::move(third), deadline)) sizes.take_distinct(*counted);

  if (!watched.counts.empty())
    co_await read_counts(client, std::move(watched.counts), limits, deadline, page, problems);
}

}  // namespace fleet::exporters::redis_health
