#include "tests/probers/dns/scripted_dns_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

namespace fleet::testing {

using asio::ip::tcp;
using asio::ip::udp;

struct ScriptedDnsServer::State {
  State(asio::io_context& io, ScriptedDnsServer& owner, Script answers)
      : server(&owner),
        script(std::move(answers)),
        socket(io),
        elsewhere(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)),
        acceptor(io) {
    // The port must be free for both protocols.
    for (bool bound = false; !bound;) {
      socket = udp::socket(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
      boost::system::error_code error;
      acceptor = tcp::acceptor(io, tcp::v4());
      acceptor.bind(tcp::endpoint(asio::ip::address_v4::loopback(), socket.local_endpoint().port()), error);
      bound = !error;
    }
    acceptor.listen();
  }

  ScriptedDnsServer* server;
  Script script;
  udp::socket socket, elsewhere;
  tcp::acceptor acceptor;
};

namespace {

template <class State>
awaitable<void> serve_datagrams(std::shared_ptr<State> state) {
  std::string buffer(65536, '\0');
  udp::endpoint client;
  while (state->server) {
    auto const size =
        co_await state->socket.async_receive_from(asio::buffer(buffer), client, asio::use_awaitable);
    if (!state->server) break;
    auto const query = buffer.substr(0, size);
    state->server->queries.push_back(query);
    auto& from = state->server->from_elsewhere ? state->elsewhere : state->socket;
    for (auto const& message : state->script(query)) from.send_to(asio::buffer(message), client);
  }
}

template <class State>
awaitable<void> serve_streams(std::shared_ptr<State> state) {
  while (state->server) {
    auto stream = co_await state->acceptor.async_accept(asio::use_awaitable);
    if (!state->server || state->server->hang_up) continue;
    std::string prefix(2, '\0');
    co_await asio::async_read(stream, asio::buffer(prefix), asio::use_awaitable);
    std::string query(static_cast<unsigned char>(prefix[0]) * 256u + static_cast<unsigned char>(prefix[1]),
                      '\0');
    co_await asio::async_read(stream, asio::buffer(query), asio::use_awaitable);
    state->server->queries.push_back(query);
    std::string answers;
    for (auto const& message : state->script(query)) {
      answers += number16(static_cast<unsigned>(message.size())) + message;
    }
    co_await asio::async_write(stream, asio::buffer(answers), asio::use_awaitable);
    // Whoever asked closes: a server that has nothing to say hangs.
    boost::system::error_code closed;
    auto token = asio::redirect_error(asio::use_awaitable, closed);
    co_await asio::async_read(stream, asio::buffer(prefix), std::move(token));
  }
}

}  // namespace

ScriptedDnsServer::ScriptedDnsServer(asio::io_context& io, Script script)
    : state_(std::make_shared<State>(io, *this, std::move(script))) {
  asio::co_spawn(io, serve_datagrams(state_), asio::detached);
  asio::co_spawn(io, serve_streams(state_), asio::detached);
}

ScriptedDnsServer::~ScriptedDnsServer() {
  state_->server = nullptr;
  state_->socket.close();
  state_->acceptor.close();
}

std::string ScriptedDnsServer::target() const {
  return "127.0.0.1:" + std::to_string(state_->socket.local_endpoint().port());
}

}  // namespace fleet::testing
