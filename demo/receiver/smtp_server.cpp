#include "demo/receiver/smtp_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/app/logging.hpp"
#include "core/io/deadline.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::receiver {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::size_t max_connections = 64;
constexpr std::size_t max_line_bytes = 64 * 1024;  // RFC 5321 says 1000; Go's client does not fold long lines
constexpr std::chrono::seconds idle_limit{60};

Tcp::endpoint parse_address(const std::string& text) {
  auto const colon = text.rfind(':');
  auto const port =
      colon == text.npos ? std::nullopt : parse_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
  boost::system::error_code error;
  auto const address = asio::ip::make_address(port ? text.substr(0, colon) : std::string(), error);
  if (!port || error)
    throw std::invalid_argument("expected address:port like 127.0.0.1:9741, not \"" + text + "\"");
  return {address, *port};
}

}  // namespace

struct SmtpServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, SmtpSession::Deliver handler)
      : io(context), acceptor(context), deliver(std::move(handler)) {}

  asio::io_context& io;
  Tcp::acceptor acceptor;
  SmtpSession::Deliver deliver;
  std::list<Tcp::socket> open;
};

namespace {

awaitable<std::size_t> read_line(Tcp::socket& socket, std::string& buffer) {
  auto dynamic = asio::dynamic_buffer(buffer, max_line_bytes);
  co_return co_await asio::async_read_until(socket, dynamic, '\n', asio::use_awaitable);
}

awaitable<void> send(Tcp::socket& socket, std::string text) {
  co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

awaitable<void> converse(Tcp::socket& socket, SmtpSession session) {
  co_await before(Deadline::after(idle_limit), send(socket, SmtpSession::greeting()), "SMTP greeting");
  std::string buffer;
  while (!session.ended()) {
    std::size_t const length =
        co_await before(Deadline::after(idle_limit), read_line(socket, buffer), "SMTP line");
    std::string line = buffer.substr(0, length - 1);
    if (line.ends_with('\r')) line.pop_back();
    buffer.erase(0, length);
    std::string const reply = session.line(line);
    if (!reply.empty()) co_await before(Deadline::after(idle_limit), send(socket, reply), "SMTP reply");
  }
}

template <class Impl>
awaitable<void> serve(std::shared_ptr<Impl> impl, std::list<Tcp::socket>::iterator socket) {
  try {
    SmtpSession session(impl->deliver);
    co_await converse(*socket, std::move(session));
  } catch (const std::exception& error) {
    logging::debug("mail connection ended", {{"err", error.what()}});
  }
  impl->open.erase(socket);
}

template <class Impl>
awaitable<void> accept_all(std::shared_ptr<Impl> impl) {
  while (impl->acceptor.is_open()) {
    boost::system::error_code error;
    auto socket = co_await impl->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors, for one: wait until some are free again
      asio::steady_timer pause(impl->io, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    if (impl->open.size() >= max_connections) continue;
    impl->open.push_front(std::move(socket));
    asio::co_spawn(impl->io, serve(impl, impl->open.begin()), asio::detached);
  }
}

}  // namespace

SmtpServer::SmtpServer(asio::io_context& io, SmtpSession::Deliver deliver)
    : impl_(std::make_shared<Impl>(io, std::move(deliver))) {}

SmtpServer::~SmtpServer() { close(); }

void SmtpServer::listen(const std::string& address) {
  auto const endpoint = parse_address(address);
  boost::system::error_code error;
  impl_->acceptor.open(endpoint.protocol(), error);
  if (!error) impl_->acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) impl_->acceptor.bind(endpoint, error);
  if (!error) impl_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::system_error(std::error_code(error), "listen on " + address);
  asio::co_spawn(impl_->io, accept_all(impl_), asio::detached);
}

std::string SmtpServer::address() const {
  auto const endpoint = impl_->acceptor.local_endpoint();
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

void SmtpServer::close() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  for (auto& socket : impl_->open) socket.close(ignored);
}

}  // namespace fleet::receiver
