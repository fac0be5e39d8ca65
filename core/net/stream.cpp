#include "core/net/stream.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <limits>
#include <utility>

#include "core/io/resolve.hpp"
#include "core/net/socket_bio.hpp"
#include "core/net/stream_impl.hpp"

namespace fleet::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

int limited(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// A new SSL object on the socket, or on the TLS that runs there already and that it then owns.
SSL* make_ssl(SSL_CTX* context, SSL* outer, const int* descriptor) {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context), SSL_free);
  auto* const bio = outer ? BIO_new(BIO_f_ssl()) : make_socket_bio(descriptor);
  if (!ssl || !bio) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  if (outer) BIO_set_ssl(bio, outer, BIO_CLOSE);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_connect_state(ssl.get());
  return ssl.release();
}

/// Server name indication (never for an address) and the name or address that the certificate must be for.
void expect_server(SSL* ssl, std::string name) {
  if (name.size() > 1 && name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  auto* const parameters = SSL_get0_param(ssl);
  // A name in the subject is none: browsers and Go have stopped reading it.
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  error_code no_address;
  auto const address = asio::ip::make_address(name, no_address);
  if (!no_address) {
    // Without a scope, which no certificate knows.
    auto const text = address.is_v6() ? asio::ip::address_v6(address.to_v6().to_bytes()).to_string() : name;
    X509_VERIFY_PARAM_set1_ip_asc(parameters, text.c_str());
    return;
  }
  if (name.empty() || SSL_set_tlsext_host_name(ssl, name.c_str()) != 1 ||
      X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) != 1)
    throw Failure(Step::tls, FailureKind::tls, "tls " + name + ": not a server name");
}

Failure handshake_failure(SSL* ssl, const std::string& host, const error_code& error) {
  auto const problem = certificate_problem(ssl);
  if (!problem.empty()) return {Step::tls, FailureKind::certificate, "tls " + host + ": " + problem};
  return {Step::tls, kind_of(error, Step::tls), "tls " + host + ": " + error.message()};
}

/// A name of /etc/services is looked up with a literal address: without a server.
awaitable<std::uint16_t> port_number(std::string port, Deadline deadline) {
  try {
    auto const endpoints = co_await io::resolve("127.0.0.1", port, deadline);
    co_return endpoints.front().port();
  } catch (const boost::system::system_error&) {
    throw Failure(Step::resolve, FailureKind::name, "resolve port " + port + ": no such service");
  }
}

}  // namespace

Stream::Stream(tcp::socket socket, Deadline deadline)
    : impl_(std::make_shared<Impl>(std::move(socket), deadline)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

bool Stream::is_tls() const { return impl_->ssl != nullptr; }
SSL* Stream::ssl() const { return impl_->ssl; }
void Stream::expires_at(Deadline deadline) { impl_->expires_at(deadline); }
bool Stream::has_input() { return impl_->has_input(); }
void Stream::close(bool abort) { impl_->close(abort); }

tcp::endpoint Stream::peer() const {
  error_code error;
  return impl_->socket.remote_endpoint(error);
}

awaitable<std::size_t> Stream::read_some(asio::mutable_buffer into) {
  auto const impl = impl_;
  for (;;) {
    co_await impl->begin();
    if (impl->ssl) {
      ERR_clear_error();
      errno = 0;
      int const count = SSL_read(impl->ssl, into.data(), limited(into.size()));
      if (count > 0) co_return static_cast<std::size_t>(count);
      bool const more = co_await impl->resume_tls(count);
      if (!more) co_return 0;
      continue;
    }
    auto const count = recv(impl->descriptor, into.data(), into.size(), 0);
    if (count >= 0) co_return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw boost::system::system_error(error_code(errno, boost::system::system_category()));
    co_await impl->wait(tcp::socket::wait_read);
  }
}

awaitable<void> Stream::write(std::string_view bytes) {
  auto const impl = impl_;
  while (!bytes.empty()) {
    co_await impl->begin();
    if (impl->ssl) {
      ERR_clear_error();
      errno = 0;
      int const count = SSL_write(impl->ssl, bytes.data(), limited(bytes.size()));
      if (count > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      bool const more = co_await impl->resume_tls(count);
      if (!more) throw boost::system::system_error(asio::error::make_error_code(asio::error::broken_pipe));
      continue;
    }
    auto const count = send(impl->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw boost::system::system_error(error_code(errno, boost::system::system_category()));
    co_await impl->wait(tcp::socket::wait_write);
  }
}

awaitable<void> Stream::start_tls(const TlsContext& context, std::string host) {
  auto const impl = impl_;
  auto const& name = context.options().server_name.empty() ? host : context.options().server_name;
  impl->ssl = make_ssl(context.native(), impl->ssl, &impl->descriptor);
  expect_server(impl->ssl, name);
  try {
    for (;;) {
      co_await impl->begin();
      ERR_clear_error();
      errno = 0;
      int const result = SSL_do_handshake(impl->ssl);
      if (result == 1) co_return;
      bool const more = co_await impl->resume_tls(result);
      if (!more) throw boost::system::system_error(error_code(asio::ssl::error::stream_truncated));
    }
  } catch (const Timeout&) {
    throw Failure(Step::tls, FailureKind::timeout, "tls " + name + ": timed out");
  } catch (const boost::system::system_error& error) {
    throw handshake_failure(impl->ssl, name, error.code());
  }
}

awaitable<Dialed> dial(std::string host, std::string port, DialOptions options, Deadline deadline) {
  auto const began = Deadline::Clock::now();
  auto addresses = co_await addresses_of(std::move(host), options.address, deadline);
  auto const spent = Deadline::Clock::now() - began;
  auto dialed = co_await dial_addresses(std::move(addresses), std::move(port), options.source, deadline);
  dialed.resolve = spent;
  co_return dialed;
}

awaitable<Dialed> dial_addresses(std::vector<asio::ip::address> addresses, std::string port,
                                 std::optional<asio::ip::address> source, Deadline deadline) {
  auto const began = Deadline::Clock::now();
  auto const number = co_await port_number(std::move(port), deadline);
  if (source) std::erase_if(addresses, [&](auto const& address) { return address.is_v4() != source->is_v4(); });
  if (addresses.empty())
    throw Failure(Step::connect, FailureKind::unreachable, "connect: no address of the source address' family");
  auto const executor = co_await asio::this_coro::executor;
  Stream stream(tcp::socket(executor), deadline);
  error_code error;
  bool timed_out = false;
  tcp::endpoint peer;
  for (auto left = addresses.size(); left > 0; --left) {
    peer = tcp::endpoint(addresses[addresses.size() - left], number);
    stream.expires_at(deadline.or_after(deadline.remaining() / static_cast<long>(left)));
    timed_out = false;
    try {
      error = co_await stream.impl_->connect(peer, source);
    } catch (const Timeout&) {
      timed_out = true;
    } catch (const boost::system::system_error& cancelled) {
      error = cancelled.code();
    }
    if (timed_out || error) continue;
    stream.expires_at(deadline);
    Dialed dialed{std::move(stream), peer, std::chrono::nanoseconds(0), Deadline::Clock::now() - began};
    co_return dialed;
  }
  throw Failure(Step::connect, timed_out ? FailureKind::timeout : kind_of(error, Step::connect),
                "connect " + text_of(peer) + ": " + (timed_out ? "timed out" : error.message()));
}

}  // namespace fleet::net
