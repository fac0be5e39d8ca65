// The inside of a Connection, for connection.cpp and client.cpp only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/net/stream.hpp"
#include "core/redis/connection.hpp"
#include "core/redis/reply_reader.hpp"

namespace fleet::redis {

struct Connection::Impl {
  Impl(net::Stream connected, std::string name);

  /// Writes the pipeline and fills `arenas` with one reply each. Throws Timeout, boost::system::system_error,
  /// ProtocolError.
  awaitable<void> exchange(const Pipeline& pipeline, Deadline deadline);
  awaitable<void> handshake(const Options& options, Deadline deadline);
  /// True if the idle connection has ended, or has bytes that nobody asked for. Never blocks.
  bool closed_by_peer();

  net::Stream stream;
  std::string address;
  ReplyReader reader;
  std::vector<std::unique_ptr<ReplyArena>> arenas;  // reused by the next pipeline; may be more than its replies
  std::vector<Reply> replies;
  std::size_t received = 0;  // bytes of answers in the present run
  bool unusable = false;
};

}  // namespace fleet::redis
