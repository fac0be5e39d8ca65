#include "core/web/transport.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace fleet::web {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

class Plain final : public Transport {
 public:
  explicit Plain(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}
  awaitable<void> greet(error_code&) override { co_return; }
  awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& ec) override {
    co_return co_await stream_.async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
  }
  awaitable<std::size_t> write_some(asio::const_buffer head, asio::const_buffer body, std::size_t most,
                                    error_code& ec) override {
    auto const first = asio::buffer(head, most);
    std::array<asio::const_buffer, 2> const both{first, asio::buffer(body, most - first.size())};
    co_return co_await stream_.async_write_some(both, asio::redirect_error(asio::use_awaitable, ec));
  }
  awaitable<void> say_goodbye(error_code&) override { co_return; }
  beast::tcp_stream& socket() override { return stream_; }

 private:
  beast::tcp_stream stream_;
};

class Encrypted final : public Transport {
 public:
  Encrypted(asio::ip::tcp::socket socket, std::shared_ptr<ServerTls> tls)
      : tls_(std::move(tls)), stream_(std::move(socket), tls_->context()) {}
  awaitable<void> greet(error_code& ec) override {
    co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, ec));
  }
  awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& ec) override {
    auto const count = co_await stream_.async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
    // Whether it said goodbye or not, the client is gone; what it asked for is judged by its length.
    if (ec == asio::ssl::error::stream_truncated) ec = asio::error::eof;
    co_return count;
  }
  awaitable<std::size_t> write_some(asio::const_buffer head, asio::const_buffer body, std::size_t most,
                                    error_code& ec) override {
    // One record a call; a head is never worth one of its own.
    if (head.size() > 0 && body.size() > 0) {
      record_.resize(std::min({head.size() + body.size(), most, largest_record}));
      std::array<asio::const_buffer, 2> const both{head, body};
      asio::buffer_copy(asio::buffer(record_), both);
      co_return co_await write_record(asio::buffer(record_), ec);
    }
    auto const rest = asio::buffer(head.size() > 0 ? head : body, most);
    co_return co_await write_record(rest, ec);
  }
  awaitable<void> say_goodbye(error_code& ec) override {
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
  }
  beast::tcp_stream& socket() override { return stream_.next_layer(); }

 private:
  static constexpr std::size_t largest_record = 16 * 1024;

  awaitable<std::size_t> write_record(asio::const_buffer bytes, error_code& ec) {
    co_return co_await stream_.async_write_some(bytes, asio::redirect_error(asio::use_awaitable, ec));
  }

  std::shared_ptr<ServerTls> tls_;
  asio::ssl::stream<beast::tcp_stream> stream_;
  std::string record_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(asio::ip::tcp::socket socket, std::shared_ptr<ServerTls> tls) {
  if (!tls) return std::make_unique<Plain>(std::move(socket));
  return std::make_unique<Encrypted>(std::move(socket), std::move(tls));
}

bool is_plain_http(const error_code& ec) {
  return ec.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace fleet::web
