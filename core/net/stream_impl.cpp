#include "core/net/stream_impl.hpp"

#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>

namespace fleet::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr unsigned kOperationsPerTurn = 16;

error_code last_system_error() { return {errno, boost::system::system_category()}; }

}  // namespace

Stream::Impl::Impl(tcp::socket connected, Deadline limit)
    : socket(std::move(connected)), timer_(socket.get_executor()), deadline_(limit) {
  if (!socket.is_open()) return;
  error_code ignored;
  socket.native_non_blocking(true, ignored);
  descriptor = socket.native_handle();
}

Stream::Impl::~Impl() { close(deadline_.expired()); }

std::string text_of(const tcp::endpoint& endpoint) {
  auto const address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

std::string Stream::Impl::name() const {
  error_code error;
  auto const endpoint = socket.remote_endpoint(error);
  return error ? "peer" : text_of(endpoint);
}

void Stream::Impl::arm() {
  if (armed_) return;
  armed_ = true;
  timer_.expires_at(deadline_.when());
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    auto const self = error ? nullptr : weak.lock();
    if (!self) return;
    self->armed_ = false;
    if (!self->deadline_.expired()) {
      self->arm();
      return;
    }
    self->expired_ = true;
    error_code ignored;
    self->socket.cancel(ignored);
  });
}

void Stream::Impl::expires_at(Deadline limit) {
  deadline_ = limit;
  expired_ = false;
  // One that rings too early finds out and is set again, which most never need.
  if (!armed_ || timer_.expiry() <= limit.when()) return;
  armed_ = false;
  arm();
}

bool Stream::Impl::has_input() {
  char byte = 0;
  if (!ssl) {
    auto const got = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
  }
  auto const got = SSL_peek(ssl, &byte, 1);
  auto const error = SSL_get_error(ssl, got);
  ERR_clear_error();
  return got > 0 || (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE);
}

awaitable<void> Stream::Impl::wait(tcp::socket::wait_type readiness) {
  since_yield_ = 0;
  arm();
  error_code error;
  co_await socket.async_wait(readiness, asio::redirect_error(asio::use_awaitable, error));
  if (expired_) throw Timeout(name());
  if (error) throw boost::system::system_error(error);
}

awaitable<void> Stream::Impl::begin() {
  if (expired_ || deadline_.expired()) throw Timeout(name());
  if (++since_yield_ < kOperationsPerTurn) co_return;
  since_yield_ = 0;
  co_await asio::post(socket.get_executor(), asio::use_awaitable);
}

awaitable<bool> Stream::Impl::resume_tls(int result) {
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
      co_await wait(tcp::socket::wait_read);
      co_return true;
    case SSL_ERROR_WANT_WRITE:
      co_await wait(tcp::socket::wait_write);
      co_return true;
    case SSL_ERROR_ZERO_RETURN:
      co_return false;
    case SSL_ERROR_SYSCALL: {
      auto const error = errno != 0 ? last_system_error() : error_code(asio::ssl::error::stream_truncated);
      tls_broken_ = true;
      throw boost::system::system_error(error);
    }
    default:
      break;
  }
  tls_broken_ = true;
  auto const code = ERR_get_error();
  ERR_clear_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    throw boost::system::system_error(error_code(asio::ssl::error::stream_truncated));
  throw boost::system::system_error(error_code(static_cast<int>(code), asio::error::get_ssl_category()));
}

awaitable<error_code> Stream::Impl::connect(tcp::endpoint endpoint, std::optional<asio::ip::address> source) {
  error_code error;
  descriptor = -1;
  socket.close(error);
  if (socket.open(endpoint.protocol(), error)) co_return error;
  socket.native_non_blocking(true, error);
  socket.set_option(tcp::no_delay(true), error);
  if (source) {
    // The port is chosen at connect(), when the destination is known: more connections than ports are possible.
    int const later = 1;
    setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
    if (socket.bind(tcp::endpoint(*source, 0), error)) co_return error;
  }
  descriptor = socket.native_handle();
  if (::connect(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0)
    co_return error_code();
  if (errno != EINPROGRESS && errno != EINTR) co_return last_system_error();
  if (deadline_.expired()) throw Timeout(name());
  co_await wait(tcp::socket::wait_write);
  int code = 0;
  socklen_t length = sizeof code;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) != 0) co_return last_system_error();
  co_return error_code(code, boost::system::system_category());
}

void Stream::Impl::close(bool abort) noexcept {
  error_code ignored;
  timer_.cancel();
  if (ssl) {
    // One try at close_notify; nobody waits for the peer's.
    if (!abort && !tls_broken_ && SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
    ERR_clear_error();
  }
  if (abort && socket.is_open()) socket.set_option(asio::socket_base::linger(true, 0), ignored);
  descriptor = -1;
  socket.close(ignored);
  if (ssl) SSL_free(std::exchange(ssl, nullptr));
  ERR_clear_error();
}

}  // namespace fleet::net
