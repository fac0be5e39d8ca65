#include "demo/restartable_server.hpp"

#include <utility>

namespace fleet::demo {

RestartableServer::RestartableServer(asio::io_context& io, std::string address,
                                     std::function<void(web::Server&)> configure)
    : io_(io), address_(std::move(address)), configure_(std::move(configure)) {}

void RestartableServer::start() {
  if (server_) return;
  auto server = std::make_unique<web::Server>(io_);
  configure_(*server);
  server->listen(address_);
  server_ = std::move(server);
}

void RestartableServer::kill() {
  if (!server_) return;
  server_->close();
  retired_.push_back(std::move(server_));
}

void RestartableServer::stop() {
  if (!server_) return;
  server_->stop();
  retired_.push_back(std::move(server_));
}

}  // namespace fleet::demo
