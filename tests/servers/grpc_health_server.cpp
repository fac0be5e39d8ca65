#include "tests/servers/grpc_health_server.hpp"

#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstring>

namespace fleet::testing {

namespace {

std::vector<nghttp2_nv> name_values(const GrpcAnswer::Fields& fields) {
  std::vector<nghttp2_nv> made;
  for (auto const& [name, value] : fields) {
    auto const bytes = [](const std::string& text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    made.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return made;
}

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

int choose_h2(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
              unsigned int offered_length, void*) {
  unsigned char* found = nullptr;
  static const unsigned char h2[] = {2, 'h', '2'};
  if (SSL_select_next_proto(&found, length, h2, sizeof h2, offered, offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_context(const Identity& identity) {
  std::shared_ptr<SSL_CTX> const context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  SSL_CTX_set_alpn_select_cb(context.get(), choose_h2, nullptr);
  return context;
}

}  // namespace

GrpcAnswer GrpcAnswer::serving(int status) {
  GrpcAnswer answer;
  answer.body =
      status == 0 ? std::string(5, '\0') : std::string("\0\0\0\0\2\x08", 6) + static_cast<char>(status);
  answer.trailers = {{"grpc-status", "0"}};
  return answer;
}

GrpcAnswer GrpcAnswer::error(int status, const std::string& message) {
  GrpcAnswer answer;
  answer.headers.emplace_back("grpc-status", std::to_string(status));
  answer.headers.emplace_back("grpc-message", message);
  return answer;
}

/// One client: its socket or TLS, its session, the request that arrives and the answer that leaves.
struct GrpcHealthServer::Connection {
  GrpcHealthServer& server;
  int fd;
  SSL* ssl;
  nghttp2_session* session = nullptr;
  GrpcRequest request;
  GrpcAnswer answer;
  std::size_t sent = 0;
  bool open = true;

  long read(std::uint8_t* into, std::size_t size) {
    return ssl ? SSL_read(ssl, into, static_cast<int>(size)) : ::recv(fd, into, size, 0);
  }
  bool write(const std::uint8_t* bytes, std::size_t size) {
    while (size > 0) {
      auto const done =
          ssl ? SSL_write(ssl, bytes, static_cast<int>(size)) : ::send(fd, bytes, size, MSG_NOSIGNAL);
      if (done <= 0) return false;
      bytes += done;
      size -= static_cast<std::size_t>(done);
    }
    return true;
  }
  bool flush() {
    const std::uint8_t* bytes = nullptr;
    while (auto const size = nghttp2_session_mem_send(session, &bytes)) {
      if (size < 0 || !write(bytes, static_cast<std::size_t>(size))) return false;
    }
    return true;
  }

  void respond(std::int32_t stream) {
    {
      std::lock_guard const lock(server.mutex_);
      server.requests_.push_back(request);
    }
    answer = server.script_(request);
    using Then = GrpcAnswer::Then;
    if (answer.then == Then::hang) return;
    if (answer.then == Then::hang_up) {
      open = false;
      return;
    }
    if (answer.then == Then::reset) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_INTERNAL_ERROR);
      return;
    }
    auto const headers = name_values(answer.headers);
    nghttp2_data_provider body{};
    body.source.ptr = this;
    body.read_callback = &Connection::read_body;
    bool const only_headers = answer.body.empty() && answer.trailers.empty();
    nghttp2_submit_response(session, stream, headers.data(), headers.size(), only_headers ? nullptr : &body);
  }

  static long read_body(nghttp2_session* session, std::int32_t stream, std::uint8_t* into, std::size_t size,
                        std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& self = *static_cast<Connection*>(source->ptr);
    auto const count = std::min(size, self.answer.body.size() - self.sent);
    std::memcpy(into, self.answer.body.data() + self.sent, count);
    self.sent += count;
    if (self.sent == self.answer.body.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!self.answer.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        auto const trailers = name_values(self.answer.trailers);
        nghttp2_submit_trailer(session, stream, trailers.data(), trailers.size());
      }
    }
    return static_cast<long>(count);
  }

  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
    static_cast<Connection*>(self)->request.headers[std::string(text(name, name_size))] =
        text(value, value_size);
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* bytes, std::size_t size,
                     void* self) {
    static_cast<Connection*>(self)->request.body += text(bytes, size);
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    bool const whole = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (whole && (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS)) {
      static_cast<Connection*>(self)->respond(frame->hd.stream_id);
    }
    return 0;
  }

  void run() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &Connection::on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Connection::on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Connection::on_frame);
    nghttp2_session_server_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    std::uint8_t bytes[4096];
    while (open && flush()) {
      auto const size = read(bytes, sizeof bytes);
      if (size <= 0 || nghttp2_session_mem_recv(session, bytes, static_cast<std::size_t>(size)) < 0) break;
    }
    nghttp2_session_del(session);
  }
};

GrpcHealthServer::GrpcHealthServer(Script script, const Identity* identity)
    : script_(std::move(script)),
      context_(identity ? make_context(*identity) : nullptr),
      server_([this](Peer& peer) { serve(peer); }) {}

std::vector<GrpcRequest> GrpcHealthServer::requests() const {
  std::lock_guard const lock(mutex_);
  return requests_;
}

void GrpcHealthServer::serve(Peer& peer) {
  // OpenSSL writes without MSG_NOSIGNAL.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(context_ ? SSL_new(context_.get()) : nullptr, SSL_free);
  if (ssl) SSL_set_fd(ssl.get(), peer.fd());
  if (!ssl || SSL_accept(ssl.get()) == 1) {
    Connection connection{*this, peer.fd(), ssl.get(), nullptr, {}, {}, 0, true};
    connection.run();
  }
  ERR_clear_error();
}

}  // namespace fleet::testing
