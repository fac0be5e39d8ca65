// A blocking HTTP/1.1 client for tests, on a bare socket, so that nothing under test checks itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace fleet::testing {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;                            ///< chunks joined; still compressed if it was
};

/// Sends one request to 127.0.0.1:port with "Connection: close" and reads to the end. Throws std::runtime_error
/// if nobody listens, if no complete answer came within `limit`, or if the answer is not HTTP.
HttpAnswer http_request(const std::string& method, std::uint16_t port, const std::string& path,
                        const std::map<std::string, std::string>& headers = {}, const std::string& body = "",
                        std::chrono::milliseconds limit = std::chrono::seconds(10));

/// The same for GET.
HttpAnswer http_get(std::uint16_t port, const std::string& path,
                    const std::map<std::string, std::string>& headers = {},
                    std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace fleet::testing
