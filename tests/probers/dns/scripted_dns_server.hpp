// A DNS server on 127.0.0.1 that answers what a test wants, on the test's own io_context.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"
#include "tests/probers/dns/dns_wire.hpp"

namespace fleet::testing {

/// A response to `query`: its id and question, then these records.
inline std::string response_to(const std::string& query, unsigned answers, const std::string& records,
                               unsigned flags = 0x8180) {
  return query.substr(0, 2) + number16(flags) + number16(1) + number16(answers) + octets("0000 0000") +
         query.substr(12) + records;
}

class ScriptedDnsServer {
 public:
  /// Messages to send for one query, in order. Over TCP each gets its length, and all come in one segment.
  using Script = std::function<std::vector<std::string>(const std::string& query)>;

  ScriptedDnsServer(asio::io_context& io, Script script);
  ~ScriptedDnsServer();
  std::string target() const;

  /// Answers over UDP leave from another port than was asked.
  bool from_elsewhere = false;
  /// TCP connections are closed without an answer.
  bool hang_up = false;
  std::vector<std::string> queries;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::testing
