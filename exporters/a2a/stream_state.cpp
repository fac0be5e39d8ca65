#include "exporters/a2a/stream_state.hpp"

namespace fleet::a2a {
namespace {

bool no_such_key(const redis::Reply& reply) {
  return reply.is_error() && reply.error_text().find("no such key") != std::string_view::npos;
}

StreamId read_id(const redis::Reply& reply) {
  auto const id = StreamId::parse(reply.text());
  if (!id) throw redis::ProtocolError("redis sent a stream id that is none");
  return *id;
}

/// Calls take(name, value) for each field of a reply that is a flat map.
template <class Take>
void each_field(const redis::Reply& map, Take take) {
  auto const end = map.end();
  for (auto field = map.begin(); field != end; ++field) {
    auto const name = (*field).text();
    ++field;
    if (!(field != end)) throw redis::ProtocolError("redis sent a map with an odd number of elements");
    take(name, *field);
  }
}

}  // namespace

StreamState read_stream_state(redis::Reply info_stream) {
  StreamState state;
  if (no_such_key(info_stream)) return state;
  state.exists = true;
  each_field(info_stream, [&state](std::string_view name, const redis::Reply& value) {
    if (name == "length") state.length = static_cast<std::uint64_t>(value.integer());
    if (name == "last-generated-id") state.last_generated = read_id(value);
    if (name == "entries-added") state.entries_added = static_cast<std::uint64_t>(value.integer());
    if (name == "first-entry" && value.size() > 0) state.first = read_id(value[0]);
  });
  return state;
}

StreamState read_stream_state(redis::Reply info_stream, redis::Reply info_groups, std::string_view group) {
  auto state = read_stream_state(info_stream);
  if (!state.exists || no_such_key(info_groups)) return state;
  auto const end = info_groups.end();
  for (auto each = info_groups.begin(); each != end; ++each) {
    bool ours = false;
    StreamId delivered;
    each_field(*each, [&](std::string_view name, const redis::Reply& value) {
      if (name == "name") ours = value.text() == group;
      if (name == "last-delivered-id") delivered = read_id(value);
    });
    if (ours) state.group_delivered = delivered;
  }
  return state;
}

}  // namespace fleet::a2a
