#include "core/redis/stream_state.hpp"

#include "core/redis/decimal.hpp"

namespace fleet::redis {

namespace {

bool no_such_key(const Reply& reply) {
  return reply.is_error() && reply.error_text().find("no such key") != std::string_view::npos;
}

StreamId read_id(const Reply& reply) {
  auto const id = StreamId::parse(reply.text());
  if (!id) throw ProtocolError("redis sent a stream id that is none");
  return *id;
}

}  // namespace

std::string StreamId::text() const { return std::to_string(milliseconds) + "-" + std::to_string(sequence); }

std::optional<StreamId> StreamId::parse(std::string_view text) {
  StreamId id;
  auto const dash = text.find('-');
  if (!read_decimal(text.substr(0, dash), id.milliseconds)) return std::nullopt;
  if (dash != std::string_view::npos && !read_decimal(text.substr(dash + 1), id.sequence)) return std::nullopt;
  return id;
}

StreamState read_stream_state(Reply info_stream) {
  StreamState state;
  if (no_such_key(info_stream)) return state;
  state.exists = true;
  each_field(info_stream, [&state](std::string_view name, const Reply& value) {
    if (name == "length") state.length = static_cast<std::uint64_t>(value.integer());
    if (name == "last-generated-id") state.last_generated = read_id(value);
    if (name == "entries-added") state.entries_added = static_cast<std::uint64_t>(value.integer());
    if (name == "first-entry" && value.size() > 0) state.first = read_id(value[0]);
  });
  return state;
}

StreamState read_stream_state(Reply info_stream, Reply info_groups, std::string_view group) {
  auto state = read_stream_state(info_stream);
  if (!state.exists || no_such_key(info_groups)) return state;
  auto const end = info_groups.end();
  for (auto each = info_groups.begin(); each != end; ++each) {
    bool ours = false;
    StreamId delivered;
    each_field(*each, [&](std::string_view name, const Reply& value) {
      if (name == "name") ours = value.text() == group;
      if (name == "last-delivered-id") delivered = read_id(value);
    });
    if (ours) state.group_delivered = delivered;
  }
  return state;
}

}  // namespace fleet::redis
