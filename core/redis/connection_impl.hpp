// The inside of a Connection, for connection.cpp and client.cpp only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/stream.hpp"
#include "core/redis/connection.hpp"

namespace fleet::redis {

struct Connection::Impl {
  Impl(asio::ip::tcp::socket connected, std::string name);

  /// From now on the connection is TLS.
  awaitable<void> start_tls(const Options& options, Deadline deadline);
  /// Writes the pipeline and fills `arenas` with one reply each.
  awaitable<void> exchange(const Pipeline& pipeline);
  awaitable<void> handshake(const Options& options, Deadline deadline);
  /// True if the idle connection has ended, or has bytes that nobody asked for. Never blocks.
  bool closed_by_peer();

  awaitable<void> write(const std::string& bytes);
  awaitable<std::size_t> read_some();

  asio::ip::tcp::socket socket;       // until start_tls()
  std::optional<net::Stream> secure;  // from then on
  std::string address;
  std::vector<char> buffer;
  ReplyReader reader;
  std::vector<std::unique_ptr<ReplyArena>> arenas;  // reused by the next pipeline; may be more than its replies
  std::vector<Reply> replies;
  std::size_t received = 0;  // bytes of answers in the present run
  bool unusable = false;
};

}  // namespace fleet::redis
