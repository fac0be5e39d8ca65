#include "core/web/server.hpp"

#include <sys/socket.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <exception>
#include <set>
#include <stdexcept>
#include <system_error>

#include "core/app/logging.hpp"
#include "core/web/session.hpp"

namespace fleet::web {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};

struct Listener {
  explicit Listener(asio::io_context& io) : acceptor(io), pause(io) {}
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

[[noreturn]] void fail_to_listen(const std::string& address, const std::error_code& ec) {
  throw std::system_error(ec, "listen on " + address);
}

std::string to_text(const tcp::endpoint& endpoint) {
  auto const host = endpoint.address().to_string();
  auto const port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

std::vector<tcp::endpoint> endpoints_of(asio::io_context& io, const std::string& address) {
  auto const invalid = std::make_error_code(std::errc::invalid_argument);
  auto const colon = address.rfind(':');
  if (colon == address.npos) fail_to_listen(address, invalid);
  std::string host = address.substr(0, colon);
  auto const port = address.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != port.npos ||
      std::stoul(port) > 65535)
    fail_to_listen(address, invalid);
  auto const number = static_cast<asio::ip::port_type>(std::stoul(port));
  if (host.empty()) return {tcp::endpoint(tcp::v6(), number), tcp::endpoint(tcp::v4(), number)};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    fail_to_listen(address, invalid);
  error_code ec;
  auto const literal = asio::ip::make_address(host, ec);
  if (!ec) return {tcp::endpoint(literal, number)};
  auto const found = tcp::resolver(io).resolve(host, port, tcp::resolver::passive, ec);
  if (ec || found.empty()) fail_to_listen(address, ec ? std::error_code(ec) : invalid);
  return {found.begin()->endpoint()};
}

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && endpoint.address().is_v6() && endpoint.address().is_unspecified())
    acceptor.set_option(asio::ip::v6_only(false), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    error_code ignored;
    acceptor.close(ignored);
  }
  return ec;
}

/// Errors of the machine's address families, after which the next endpoint may still work.
bool family_is_missing(const error_code& ec) {
  return ec == asio::error::address_family_not_supported || ec == boost::system::errc::address_not_available;
}

}  // namespace

struct Server::Impl {
  Impl(asio::io_context& context, Limits limits) : io(context), service(std::make_shared<Service>()) {
    service->limits = limits;
  }

  void stop_listening() {
    service->draining = true;
    for (auto const& listener : listeners) {
      error_code ignored;
      listener->acceptor.close(ignored);
      listener->pause.cancel();
    }
  }

  void begin_to_accept(const std::shared_ptr<Impl>& self, const std::shared_ptr<Listener>& listener) {
    service->draining = false;
    listeners.push_back(listener);
    asio::co_spawn(io, accept_loop(self, listener), asio::detached);
  }

  /// False if every connection is being answered.
  bool make_room() {
    std::shared_ptr<Session> longest;
    for (auto const& session : sessions) {
      auto const since = session->waiting_since();
      if (since && (!longest || *since < *longest->waiting_since())) longest = session;
    }
    if (!longest) return false;
    sessions.erase(longest);
    longest->abort();
    return true;
  }

  static awaitable<void> accept_loop(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener);
  static awaitable<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Session> session);
  void start_session(const std::shared_ptr<Impl>& self, tcp::socket socket);

  asio::io_context& io;
  std::shared_ptr<Service> service;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::set<std::shared_ptr<Session>> sessions;
};

awaitable<void> Server::Impl::accept_loop(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener) {
  bool failing = false;
  while (listener->acceptor.is_open()) {
    error_code ec;
    auto socket = co_await listener->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (!listener->acceptor.is_open()) break;
    if (!ec) {
      failing = false;
      self->start_session(self, std::move(socket));
      continue;
    }
    if (ec == asio::error::connection_aborted) continue;
    // EMFILE and its like: the connection stays in the backlog, so to try again at once would spin.
    if (!failing) logging::warn("cannot accept connections", {{"err", ec.message()}});
    failing = true;
    listener->pause.expires_after(kAcceptPause);
    co_await listener->pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

void Server::Impl::start_session(const std::shared_ptr<Impl>& self, tcp::socket socket) {
  if (sessions.size() >= service->limits.connections && !make_room()) return;
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto session = make_session(std::move(socket), service);
  sessions.insert(session);
  // The completion handler owns the session: its cancellation signal must outlive the coroutine.
  auto finished = [session](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error&) {
      // cancelled by close()
    } catch (const std::exception& e) {
      logging::error("connection failed", {{"err", e.what()}});
    }
  };
  asio::co_spawn(io, serve(self, session),
                 asio::bind_cancellation_slot(session->cancellation_slot(), std::move(finished)));
}

awaitable<void> Server::Impl::serve(std::shared_ptr<Impl> self, std::shared_ptr<Session> session) {
  struct Registration {
    Impl& impl;
    const std::shared_ptr<Session>& session;
    ~Registration() { impl.sessions.erase(session); }
  } const registration{*self, session};
  co_await session->run();
}

Server::Server(asio::io_context& io, Limits limits) : impl_(std::make_shared<Impl>(io, limits)) {}

Server::~Server() { close(); }

void Server::route(std::string method, std::string path, Handler handler) {
  impl_->service->router.add(method, path, std::move(handler));
}

void Server::fallback(Handler handler) { impl_->service->router.set_fallback(std::move(handler)); }

void Server::on_refusal(std::function<Response(int, const Request&)> answer) {
  impl_->service->refusal = std::move(answer);
}

void Server::listen(const std::string& address) {
  auto const endpoints = endpoints_of(impl_->io, address);
  auto listener = std::make_shared<Listener>(impl_->io);
  error_code ec;
  for (auto const& endpoint : endpoints) {
    ec = open(listener->acceptor, endpoint);
    if (!ec || !family_is_missing(ec)) break;
  }
  if (ec) fail_to_listen(address, ec);
  impl_->begin_to_accept(impl_, listener);
}

void Server::adopt(int descriptor) {
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  auto const what = "socket " + std::to_string(descriptor);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &length) != 0)
    fail_to_listen(what, std::error_code(errno, std::generic_category()));
  if (own.ss_family != AF_INET && own.ss_family != AF_INET6)
    fail_to_listen(what, std::make_error_code(std::errc::address_family_not_supported));
  auto listener = std::make_shared<Listener>(impl_->io);
  error_code ec;
  listener->acceptor.assign(own.ss_family == AF_INET ? tcp::v4() : tcp::v6(), descriptor, ec);
  if (ec) fail_to_listen(what, ec);
  impl_->begin_to_accept(impl_, listener);
}

void Server::set_gate(std::shared_ptr<Gate> gate) { impl_->service->gate = std::move(gate); }

void Server::set_limits(const Limits& limits) { impl_->service->limits = limits; }

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> texts;
  for (auto const& listener : impl_->listeners) {
    error_code ec;
    auto const endpoint = listener->acceptor.local_endpoint(ec);
    if (!ec) texts.push_back(to_text(endpoint));
  }
  return texts;
}

std::size_t Server::open_connections() const { return impl_->sessions.size(); }

void Server::stop() {
  impl_->stop_listening();
  auto const sessions = impl_->sessions;
  for (auto const& session : sessions) session->drain();
}

void Server::close() {
  impl_->stop_listening();
  auto const sessions = impl_->sessions;
  for (auto const& session : sessions) session->abort();
}

}  // namespace fleet::web
