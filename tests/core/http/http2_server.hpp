// An HTTP/2 server made of nghttp2 on one accepted socket, plain or TLS.
#pragma once

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/http/certificates.hpp"
#include "tests/core/http/raw_server.hpp"

namespace fleet::testing {

using Http2Headers = std::vector<std::pair<std::string, std::string>>;

/// The server's side of one connection; blocking, gives up with the peer's 10 s.
class Http2Peer {
 public:
  /// `ssl` may be null: prior knowledge.
  Http2Peer(Peer& peer, SSL* ssl);
  ~Http2Peer();
  Http2Peer(const Http2Peer&) = delete;

  /// Sends SETTINGS and reads until the head of a request is there, and its body if `whole`. False if the
  /// client left.
  bool read_request(bool whole = true);
  Http2Headers headers;  ///< of the request, pseudo-headers included
  std::string body;

  /// A head without END_STREAM: interim responses.
  void send_head(const Http2Headers& head);
  void respond(const Http2Headers& head, std::string answer, const Http2Headers& trailers = {});
  void reset_stream(std::uint32_t code);
  void go_away(std::int32_t last_stream, std::uint32_t code);
  /// Reads and writes until the client has left.
  void finish();

 private:
  bool pump();
  void flush();
  std::ptrdiff_t read(char* into, std::size_t size);
  void write(const std::uint8_t* bytes, std::size_t size);

  Peer& peer_;
  SSL* ssl_;
  nghttp2_session* session_ = nullptr;
  std::int32_t stream_ = -1;
  bool head_complete_ = false, complete_ = false, broken_ = false;
  std::string answer_;
  std::size_t sent_ = 0;
  Http2Headers trailers_;
};

/// Accepts TLS connections one after another; `alpn` is what it chooses if offered, "" for none.
class AlpnServer {
 public:
  AlpnServer(const Identity& identity, std::string alpn, std::function<void(Peer&, SSL*)> serve);
  std::uint16_t port() const { return server_.port(); }

 private:
  std::shared_ptr<SSL_CTX> context_;
  std::string alpn_;
  std::function<void(Peer&, SSL*)> serve_;
  RawServer server_;
};

}  // namespace fleet::testing
