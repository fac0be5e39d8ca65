#include "exporters/redis/streams.hpp"

#include <string>
#include <utility>

#include "core/redis/stream_state.hpp"

namespace fleet::exporters::redis_health {
namespace {

using fleet::redis::each_field;
using fleet::redis::ProtocolError;
using fleet::redis::Reply;
using fleet::redis::ServerPage;
using fleet::redis::StreamId;

StreamId read_id(const Reply& reply) {
  auto const id = StreamId::parse(reply.text());
  if (!id) throw ProtocolError("redis sent a stream id that is none");
  return *id;
}

double milliseconds(StreamId id) { return static_cast<double>(id.milliseconds); }

StreamExtent add_stream(const KeyName& key, Reply info, ServerPage& page) {
  StreamExtent extent;
  auto const database = key.database_label();
  auto const add = [&](std::string_view name, std::string_view help, double value) {
    page.gauge(name, help).add({{"db", database}, {"stream", key.name}}, value);
  };
  each_field(info, [&](std::string_view name, const Reply& value) {
    auto const number = [&value] { return static_cast<double>(value.integer()); };
    if (name == "length") {
      extent.length = static_cast<std::uint64_t>(value.integer());
      add("stream_length", "The number of elements of the stream", number());
    } else if (name == "radix-tree-keys") {
      add("stream_radix_tree_keys", "Radix tree keys count\"", number());
    } else if (name == "radix-tree-nodes") {
      add("stream_radix_tree_nodes", "Radix tree nodes count", number());
    } else if (name == "groups") {
      add("stream_groups", "Groups count of stream", number());
    } else if (name == "last-generated-id") {
      add("stream_last_generated_id", "The epoch timestamp (ms) of the latest message on the stream",
          milliseconds(read_id(value)));
    } else if (name == "max-deleted-entry-id") {
      add("stream_max_deleted_entry_id", "The epoch timestamp (ms) of last message was deleted from the stream",
          milliseconds(read_id(value)));
    } else if (name == "entries-added") {
      extent.entries_added = static_cast<std::uint64_t>(value.integer());
    } else if (name == "first-entry" && value.size() > 0) {
      extent.first = read_id(value[0]);
      add("stream_first_entry_id", "The epoch timestamp (ms) of the first message in the stream",
          milliseconds(extent.first));
    } else if (name == "last-entry" && value.size() > 0) {
      extent.last = read_id(value[0]);
      add("stream_last_entry_id", "The epoch timestamp (ms) of the last message in the stream",
          milliseconds(extent.last));
    }
  });
  return extent;
}

StreamGroup add_group(const KeyName& key, Reply info, ServerPage& page) {
  StreamGroup group;
  double consumers = 0, pending = 0;
  each_field(info, [&](std::string_view name, const Reply& value) {
    if (name == "name") group.name = value.text();
    if (name == "consumers") consumers = static_cast<double>(value.integer());
    if (name == "pending") pending = static_cast<double>(value.integer());
    if (name == "last-delivered-id") group.position.last_delivered = read_id(value);
    if (name == "entries-read" && !value.is_nil())
      group.position.entries_read = static_cast<std::uint64_t>(value.integer());
  });
  auto const database = key.database_label();
  auto const add = [&](std::string_view name, std::string_view help, double value) {
    page.gauge(name, help).add({{"db", database}, {"group", group.name}, {"stream", key.name}}, value);
  };
  add("stream_group_consumers", "Consumers count of stream group", consumers);
  add("stream_group_messages_pending", "Pending number of messages in that stream group", pending);
  add("stream_group_last_delivered_id", "The epoch timestamp (ms) of the last delivered message",
      milliseconds(group.position.last_delivered));
  if (group.position.entries_read) {
    add("stream_group_entries_read", "Total number of entries read from the stream group",
        static_cast<double>(*group.position.entries_read));
  }
  return group;
}

WatchedStream read_stream(const KeyName& key, Reply info, Reply groups, ServerPage& page) {
  WatchedStream stream;
  stream.key = key;
  stream.extent = add_stream(key, info, page);
  auto const end = groups.end();
  for (auto group = groups.begin(); group != end; ++group)
    stream.groups.push_back(add_group(key, *group, page));
  return stream;
}

void add_consumers(const KeyName& key, const StreamGroup& group, Reply consumers, ServerPage& page) {
  auto pending = page.gauge("stream_group_consumer_messages_pending",
                            "Pending number of messages for this specific consumer");
  auto idle = page.gauge("stream_group_consumer_idle_seconds", "Consumer idle time in seconds");
  auto const database = key.database_label();
  auto const end = consumers.end();
  for (auto consumer = consumers.begin(); consumer != end; ++consumer) {
    std::string_view name;
    double messages = 0, idle_ms = 0;
    each_field(*consumer, [&](std::string_view field, const Reply& value) {
      if (field == "name") name = value.text();
      if (field == "pending") messages = static_cast<double>(value.integer());
      if (field == "idle") idle_ms = static_cast<double>(value.integer());
    });
    pending.add({{"consumer", name}, {"db", database}, {"group", group.name}, {"stream", key.name}}, messages);
    idle.add({{"consumer", name}, {"db", database}, {"group", group.name}, {"stream", key.name}},
             idle_ms / 1e3);
  }
}

}  // namespace

StreamReadings::StreamReadings(std::vector<KeyName> names, KeyLimits limits, ServerPage& page,
                               KeyProblems& problems, KeyMemory& memory)
    : limits_(limits), page_(page), problems_(problems), memory_(memory) {
  for (auto& name : names) asked_.push_back({.key = std::move(name), .consumers_places = {}});
}

void StreamReadings::ask(DatabasePipeline& pipeline) {
  for (auto& asked : asked_) {
    auto const& key = asked.key;
    asked.info_place = pipeline.add(key.database, {"XINFO", "STREAM", key.name});
    asked.groups_place = pipeline.add(key.database, {"XINFO", "GROUPS", key.name});
    auto const known = memory_.groups.find(key);
    if (!limits_.consumers || known == memory_.groups.end()) continue;
    for (auto const& [group, lag] : known->second) {
      asked.consumers_places.emplace(group,
                                     pipeline.add(key.database, {"XINFO", "CONSUMERS", key.name, group}));
    }
  }
}

void StreamReadings::take(const DatabasePipeline::Replies& replies) {
  for (auto const& asked : asked_) {
    auto const info = replies[asked.info_place], groups = replies[asked.groups_place];
    if (info.is_error() && info.error_text().find("no such key") != std::string_view::npos) {
      auto const database = asked.key.database_label();
      page_.gauge("stream_length", "The number of elements of the stream")
          .add({{"db", database}, {"stream", asked.key.name}}, 0);
      continue;
    }
    if (info.is_error() || groups.is_error()) {
      problems_.add(asked.key, info.is_error() ? info.error_text() : groups.error_text());
      continue;
    }
    try {
      auto stream = read_stream(asked.key, info, groups, page_);
      take_consumers(asked, replies, stream);
      for (auto& group : stream.groups) find_lag(stream, group);
      streams_.push_back(std::move(stream));
    } catch (const ProtocolError& error) {
      problems_.add(asked.key, error.what());
    }
  }
}

// An error is left for the second round: the group may have been gone for that moment only.
void StreamReadings::take_consumers(const Asked& asked, const DatabasePipeline::Replies& replies,
                                    WatchedStream& stream) {
  for (auto& group : stream.groups) {
    auto const found = asked.consumers_places.find(group.name);
    if (found == asked.consumers_places.end()) continue;
    auto const consumers = replies[found->second];
    if (consumers.is_error()) continue;
    add_consumers(stream.key, group, consumers, page_);
    group.consumers_known = true;
  }
}

void StreamReadings::find_lag(const WatchedStream& stream, StreamGroup& group) const {
  group.lag = known_lag(stream.extent, group.position);
  if (group.lag) return;
  auto const known = memory_.groups.find(stream.key);
  if (known == memory_.groups.end()) return;
  auto const found = known->second.find(group.name);
  if (found == known->second.end() || !found->second) return;
  group.lag = grown_lag(*found->second, stream.extent, group.position);
  group.counted = group.lag.has_value();
}

void StreamReadings::ask_groups(DatabasePipeline& pipeline) {
  auto const limit = std::to_string(limits_.lag_entries);
  for (auto& [key, extent, groups] : streams_) {
    for (auto& group : groups) {
      if (limits_.consumers && !group.consumers_known)
        group.consumers_place = pipeline.add(key.database, {"XINFO", "CONSUMERS", key.name, group.name});
      if (group.lag) continue;
      auto const from = next_id(group.position.last_delivered).text();
      group.entries_place = pipeline.add(key.database, {"XRANGE", key.name, from, "+", "COUNT", limit});
    }
  }
}

void StreamReadings::take_groups(const DatabasePipeline::Replies* replies) {
  auto lags = page_.gauge("stream_group_lag", "Entries of the stream that the group was not given yet");
  for (auto& [key, extent, groups] : streams_) {
    auto const database = key.database_label();
    for (auto& group : groups) {
      if (group.consumers_place != StreamGroup::nowhere) {
        auto const consumers = (*replies)[group.consumers_place];
        if (consumers.is_error()) {
          problems_.add(key, consumers.error_text());
        } else {
          add_consumers(key, group, consumers, page_);
        }
      }
      if (group.entries_place != StreamGroup::nowhere) {
        auto const entries = (*replies)[group.entries_place];
        if (entries.is_error()) {
          problems_.add(key, entries.error_text());
        } else {
          group.lag = counted_lag(entries.size(), limits_.lag_entries, extent, group.position);
          group.counted = entries.size() < limits_.lag_entries;
        }
      }
      if (!group.lag) continue;
      lags.add({{"db", database}, {"group", group.name}, {"stream", key.name}},
               static_cast<double>(*group.lag));
    }
  }
  remember();
}

void StreamReadings::remember() {
  memory_.groups.clear();
  for (auto const& [key, extent, groups] : streams_) {
    auto& known = memory_.groups[key];
    for (auto const& group : groups) {
      auto& lag = known[group.name];
      if (group.counted) lag = CountedLag{extent, group.position.last_delivered, *group.lag};
    }
  }
}

}  // namespace fleet::exporters::redis_health
