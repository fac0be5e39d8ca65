// TCP probe: connects, shakes hands if asked, and holds a conversation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/net/stream.hpp"
#include "probers/connection_options.hpp"
#include "probers/probe.hpp"
#include "probers/tcp/query_script.hpp"

namespace fleet::probers {

struct TcpOptions {
  net::DialOptions dial;
  bool tls = false;
  std::shared_ptr<const net::TlsContext> tls_context;  ///< null unless TLS is used, at once or by starttls
  std::vector<Query> script;
};

/// Good when the connection, its TLS and every query succeed. Phases resolve, connect, tls (starttls included)
/// and processing, which is the queries.
class TcpProbe : public Probe {
 public:
  /// `server_name`: what TLS expects the server to be, unless the options name one.
  TcpProbe(HostPort target, std::string server_name, std::shared_ptr<const TcpOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  HostPort target_;
  std::string server_name_;
  std::shared_ptr<const TcpOptions> options_;
};

}  // namespace fleet::probers
