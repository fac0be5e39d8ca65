// Between Beast's messages and the server's own; private to core/web.
#pragma once

#include <boost/beast/http.hpp>
#include <string>

#include "core/web/gate.hpp"
#include "core/web/server.hpp"

namespace fleet::web {

namespace http = boost::beast::http;

/// "404 Not Found" and a line break.
Response plain_answer(int status);
/// The status that tells the client why it is refused; 0: it is gone or too slow, say nothing.
int refusal_status(const boost::system::error_code& ec);
/// What Beast's parser lets through, but this server must not serve: the status; 0: nothing.
int head_objection(const http::request_header<>& head, bool chunked);
/// Takes the body away.
Request plain_request(http::request<http::string_body>& message);
/// A response as it is sent.
struct Message {
  std::string head;  ///< with its empty line
  std::string body;
  bool keep_alive = false;
};
/// Takes the body away; with the headers of `gate`, if there is one. Throws std::invalid_argument if the
/// handler made something that cannot be sent.
Message to_message(Response& response, unsigned version, bool keep_alive, bool head, const Gate* gate);

}  // namespace fleet::web
