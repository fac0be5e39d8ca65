// An agent that answers exactly what a test wrote, byte by byte if need be.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::testing {

struct AgentRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  /// The JSON-RPC id as JSON: "\"1\"".
  std::string id() const;
  /// The JSON-RPC method, or "" if there is none.
  std::string rpc_method() const;
};

/// What goes back over the connection: pieces in writes of their own, then the end.
struct AgentScript {
  enum class Then { close, reset, hang };
  std::vector<std::string> pieces;
  Then then = Then::close;
  std::chrono::milliseconds pause{1};  ///< after each piece, so that none is read with the next
};

/// A whole response with a Content-Length.
AgentScript respond(int status, std::string body, std::string content_type = "application/json",
                    std::string more_headers = "");
/// A chunked stream of events: each text is a chunk and a write of its own; ended in order if `then` is close
/// and `complete`.
AgentScript stream_of(std::vector<std::string> texts, AgentScript::Then then = AgentScript::Then::close,
                      bool complete = true);

/// Listens on 127.0.0.1 on a port of its own and answers every request with what `answer` says, one a
/// connection. Lives on the test's io_context, whose thread calls `answer`.
class ScriptedAgent {
 public:
  using Answer = std::function<AgentScript(const AgentRequest&)>;
  explicit ScriptedAgent(asio::io_context& io);
  std::string url() const;
  Answer answer;
  std::vector<AgentRequest> requests;  ///< all so far

 private:
  static awaitable<void> accept(ScriptedAgent* self);
  static awaitable<void> serve(ScriptedAgent* self, asio::ip::tcp::socket socket);
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace fleet::testing
