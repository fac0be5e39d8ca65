// A web::Server on a free port of 127.0.0.1 and an io thread of its own, for one test case.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "core/web/server.hpp"

namespace fleet::testing {

class RunningServer {
 public:
  using Setup = std::function<void(web::Server&)>;

  /// Runs `work` on the io thread and returns what it returned.
  template <class F>
  auto call(F work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    asio::post(io, [&task] { task(); });
    return result.get();
  }
  explicit RunningServer(const Setup& setup, web::Limits limits = {},
                         const std::string& address = "127.0.0.1:0")
      : server(std::make_unique<web::Server>(io, limits)), guard_(io.get_executor()) {
    setup(*server);
    server->listen(address);
    auto const text = server->addresses().at(0);
    port = static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
    thread_ = std::thread([this] { io.run(); });
  }
  ~RunningServer() {
    if (!thread_.joinable()) return;
    call([this] {
      server.reset();
      return 0;
    });
    guard_.reset();
    thread_.join();
  }

  std::size_t connections() {
    return call([this] { return server ? server->open_connections() : 0; });
  }
  /// Ends the io thread as it stands, with whatever is in flight left in `io`.
  void halt() {
    io.stop();
    thread_.join();
  }

  asio::io_context io{1};
  std::unique_ptr<web::Server> server;
  std::uint16_t port = 0;

 private:
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace fleet::testing
