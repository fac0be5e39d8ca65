#include "core/io/resolve.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <optional>

namespace fleet::io {

namespace {

using asio::ip::tcp;

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor, Deadline deadline)
      : resolver(executor), done(executor, deadline.when()) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  bool answered = false;
  boost::system::error_code error;
  std::vector<tcp::endpoint> endpoints;
};

std::optional<std::uint16_t> parse_port(const std::string& text) {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string::npos) return {};
  auto const number = std::stoul(text);
  if (number > 65535) return {};
  return static_cast<std::uint16_t>(number);
}

}  // namespace

awaitable<std::vector<tcp::endpoint>> resolve(std::string host, std::string port, Deadline deadline) {
  auto const number = parse_port(port);
  boost::system::error_code not_literal;
  auto const address = asio::ip::make_address(host, not_literal);
  if (number && !not_literal) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, *number));

  auto const executor = co_await asio::this_coro::executor;
  auto const lookup = std::make_shared<Lookup>(executor, deadline);
  // The handler owns the lookup: when the deadline wins, getaddrinfo ends later on its own and finds its state
  // alive.
  lookup->resolver.async_resolve(host, port, [lookup](boost::system::error_code error, auto results) {
    lookup->answered = true;
    lookup->error = error;
    for (auto const& entry : results) lookup->endpoints.push_back(entry.endpoint());
    lookup->done.cancel();
  });
  boost::system::error_code ignored;
  co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!lookup->answered) throw Timeout("look up " + host);
  if (lookup->error) throw boost::system::system_error(lookup->error, "look up " + host);
  if (lookup->endpoints.empty()) {
    throw boost::system::system_error(asio::error::make_error_code(asio::error::host_not_found),
                                      "look up " + host);
  }
  co_return std::move(lookup->endpoints);
}

awaitable<tcp::socket> connect(std::vector<tcp::endpoint> endpoints, Deadline deadline) {
  auto const executor = co_await asio::this_coro::executor;
  boost::system::error_code last = asio::error::host_not_found;
  std::string tried = "no address";
  for (auto const& endpoint : endpoints) {
    tcp::socket socket(executor);
    asio::steady_timer timer(executor, deadline.when());
    tried = endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
    auto group = asio::experimental::make_parallel_group(socket.async_connect(endpoint, asio::deferred),
                                                         timer.async_wait(asio::deferred));
    auto [order, error, timer_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) throw Timeout("connect to " + tried);
    if (!error) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      co_return std::move(socket);
    }
    last = error;
  }
  throw boost::system::system_error(last, "connect to " + tried);
}

}  // namespace fleet::io
