#include "core/io/resolve.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <optional>
#include <tuple>

#include "core/io/name_lookup.hpp"
#include "core/io/srv.hpp"

namespace fleet::io {

namespace {

using asio::ip::tcp;

std::optional<std::uint16_t> parse_port(const std::string& text) {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string::npos) return {};
  auto const number = std::stoul(text);
  if (number > 65535) return {};
  return static_cast<std::uint16_t>(number);
}

/// Leaves a lookup however the coroutine ends.
struct Leave {
  NameChannel* channel;
  ~Leave() { channel->leave(); }
};

}  // namespace

awaitable<std::vector<tcp::endpoint>> resolve(std::string host, std::string port, Deadline deadline) {
  auto const number = parse_port(port);
  boost::system::error_code not_literal;
  auto const address = asio::ip::make_address(host, not_literal);
  if (number && !not_literal) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, *number));

  if (host.empty() || host.find('\0') != std::string::npos) {
    throw boost::system::system_error(asio::error::make_error_code(asio::error::host_not_found),
                                      "look up " + host);
  }
  auto const executor = co_await asio::this_coro::executor;
  auto const channel = asio::use_service<NameLookups>(executor.context()).channel(executor);
  auto const lookup = std::make_shared<Lookup>(executor, deadline);
  channel->start(host, number ? std::string() : port, lookup);
  Leave const leave{channel.get()};
  boost::system::error_code ignored;
  if (!lookup->answered) co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!lookup->answered) throw Timeout("look up " + host);
  if (!lookup->error && lookup->endpoints.empty()) lookup->error = asio::error::host_not_found;
  if (lookup->error) throw boost::system::system_error(lookup->error, "look up " + host);
  if (number)
    for (auto& endpoint : lookup->endpoints) endpoint.port(*number);
  co_return std::move(lookup->endpoints);
}

awaitable<std::vector<SrvRecord>> lookup_srv(std::string name, Deadline deadline) {
  auto const executor = co_await asio::this_coro::executor;
  auto const channel = asio::use_service<NameLookups>(executor.context()).channel(executor);
  auto const lookup = std::make_shared<Lookup>(executor, deadline);
  channel->start_srv(name, lookup);
  Leave const leave{channel.get()};
  boost::system::error_code ignored;
  if (!lookup->answered) co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!lookup->answered) throw Timeout("look up SRV " + name);
  if (lookup->error) throw boost::system::system_error(lookup->error, "look up SRV " + name);
  auto records = std::move(lookup->services);
  std::sort(records.begin(), records.end(), [](auto const& a, auto const& b) {
    return std::tie(a.priority, a.host, a.port) < std::tie(b.priority, b.host, b.port);
  });
  co_return records;
}

void configure_resolver(asio::execution_context& context, ResolverSettings settings) {
  asio::use_service<NameLookups>(context).configure(std::move(settings));
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
