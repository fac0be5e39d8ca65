#include "tests/core/http/http2_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace fleet::testing {
namespace {

std::vector<nghttp2_nv> fields_of(const Http2Headers& headers) {
  std::vector<nghttp2_nv> fields;
  auto const bytes = [](const std::string& text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  for (auto const& [name, value] : headers)
    fields.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  return fields;
}

}  // namespace

Http2Peer::Http2Peer(Peer& peer, SSL* ssl) : peer_(peer), ssl_(ssl) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        static_cast<Http2Peer*>(self)->stream_ = frame->hd.stream_id;
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_length,
                    const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* self) {
        static_cast<Http2Peer*>(self)->headers.emplace_back(
            std::string(reinterpret_cast<const char*>(name), name_length),
            std::string(reinterpret_cast<const char*>(value), value_length));
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t length,
                    void* self) {
        static_cast<Http2Peer*>(self)->body.append(reinterpret_cast<const char*>(data), length);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        auto& session = *static_cast<Http2Peer*>(self);
        if (frame->hd.type == NGHTTP2_HEADERS) session.head_complete_ = true;
        if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
            (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
          session.complete_ = true;
        return 0;
      });
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_max_send_header_block_length(option, 1024 * 1024);
  nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  flush();
}

Http2Peer::~Http2Peer() { nghttp2_session_del(session_); }

std::ptrdiff_t Http2Peer::read(char* into, std::size_t size) {
  return ssl_ ? SSL_read(ssl_, into, static_cast<int>(size)) : recv(peer_.fd(), into, size, 0);
}

void Http2Peer::write(const std::uint8_t* bytes, std::size_t size) {
  if (ssl_)
    broken_ = broken_ || SSL_write(ssl_, bytes, static_cast<int>(size)) <= 0;
  else
    broken_ = broken_ || !peer_.send({reinterpret_cast<const char*>(bytes), size});
}

void Http2Peer::flush() {
  const std::uint8_t* bytes = nullptr;
  for (;;) {
    auto const length = nghttp2_session_mem_send(session_, &bytes);
    if (length <= 0 || broken_) return;
    write(bytes, static_cast<std::size_t>(length));
  }
}

bool Http2Peer::pump() {
  char bytes[16 * 1024];
  auto const count = read(bytes, sizeof bytes);
  if (count <= 0) return false;
  if (nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes),
                               static_cast<std::size_t>(count)) < 0)
    return false;
  flush();
  return !broken_;
}

bool Http2Peer::read_request(bool whole) {
  while (whole ? !complete_ : !head_complete_)
    if (!pump()) return false;
  return true;
}

void Http2Peer::send_head(const Http2Headers& head) {
  auto const fields = fields_of(head);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream_, nullptr, fields.data(), fields.size(), nullptr);
  flush();
}

void Http2Peer::respond(const Http2Headers& head, std::string answer, const Http2Headers& trailers) {
  answer_ = std::move(answer);
  trailers_ = trailers;
  nghttp2_data_provider data{};
  data.source.ptr = this;
  data.read_callback = [](nghttp2_session* session, std::int32_t stream, std::uint8_t* into, std::size_t length,
                          std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
    auto& self = *static_cast<Http2Peer*>(source->ptr);
    auto const count = std::min(length, self.answer_.size() - self.sent_);
    std::memcpy(into, self.answer_.data() + self.sent_, count);
    self.sent_ += count;
    if (self.sent_ < self.answer_.size()) return static_cast<ssize_t>(count);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!self.trailers_.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      auto const fields = fields_of(self.trailers_);
      nghttp2_submit_trailer(session, stream, fields.data(), fields.size());
    }
    return static_cast<ssize_t>(count);
  };
  auto const fields = fields_of(head);
  nghttp2_submit_response(session_, stream_, fields.data(), fields.size(),
                          answer_.empty() && trailers.empty() ? nullptr : &data);
  flush();
}

void Http2Peer::reset_stream(std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream_, code);
  flush();
}

void Http2Peer::go_away(std::int32_t last_stream, std::uint32_t code) {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last_stream, code, nullptr, 0);
  flush();
}

void Http2Peer::finish() {
  while (pump()) {
  }
}

AlpnServer::AlpnServer(const Identity& identity, std::string alpn, std::function<void(Peer&, SSL*)> serve)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
      alpn_(std::move(alpn)),
      serve_(std::move(serve)),
      server_([this](Peer& peer) {
        std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl.get(), peer.fd());
        if (SSL_accept(ssl.get()) == 1) serve_(peer, ssl.get());
      }) {
  SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  auto const choose = [](SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                         const unsigned char* offered, unsigned offered_length, void* self) {
    auto const& wanted = static_cast<AlpnServer*>(self)->alpn_;
    for (unsigned i = 0; i < offered_length; i += 1u + offered[i])
      if (std::string(reinterpret_cast<const char*>(offered + i + 1), offered[i]) == wanted) {
        *chosen = offered + i + 1;
        *chosen_length = offered[i];
        return SSL_TLSEXT_ERR_OK;
      }
    return SSL_TLSEXT_ERR_NOACK;
  };
  SSL_CTX_set_alpn_select_cb(context_.get(), choose, this);
}

}  // namespace fleet::testing
