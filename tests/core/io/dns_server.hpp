// A name server on loopback that says what a test wants, or nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fleet::testing {

/// Answers A queries for the names it knows, NXDOMAIN for others, and stays silent on names that begin with
/// "silent". UDP on `address`, a loopback address, and a port of its own.
class DnsServer {
 public:
  using Names = std::map<std::string, std::vector<std::string>>;
  /// `names`: lower case without the final dot, each to its IPv4 addresses.
  explicit DnsServer(Names names, const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;

  std::uint16_t port() const { return port_; }
  int queries() const { return queries_; }

 private:
  void serve();
  std::string answer(const std::string& query) const;

  Names names_;
  int socket_;
  int wake_;  // an eventfd that ends the thread
  std::uint16_t port_ = 0;
  std::atomic<int> queries_ = 0;
  std::thread thread_;
};

}  // namespace fleet::testing
