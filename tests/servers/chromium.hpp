// A real browser: Debian's Chromium, headless, over its DevTools protocol.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// One page of one browser with a profile of its own. Blocking; not thread-safe. Every call throws
/// std::runtime_error if the browser does not answer within 30 s or refuses.
/// https://chromedevtools.github.io/devtools-protocol/
class Chromium {
 public:
  Chromium();
  ~Chromium();
  Chromium(const Chromium&) = delete;

  /// Loads the URL and returns when the page has loaded.
  void open(const std::string& url);
  /// The value of an expression in the page, a promise's if it is one.
  boost::json::value evaluate(const std::string& expression);
  /// The same as text.
  std::string text(const std::string& expression);
  /// Presses and releases a key: "Tab", "Enter".
  void press(const std::string& key);
  /// Calls any method of the protocol and returns its result.
  boost::json::object call(const std::string& method, boost::json::object parameters = {});

  /// Errors and warnings of the console, and exceptions that nobody caught, since the last call.
  std::vector<std::string> take_complaints();
  /// Every URL that was asked for.
  const std::vector<std::string>& requested() const { return requested_; }

 private:
  std::string devtools_path() const;
  void send_text(const std::string& text);
  std::string read_message();
  void note(const boost::json::object& event);

  std::uint16_t port_ = free_port();
  TemporaryDirectory directory_;
  Process process_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  int last_id_ = 0;
  bool loaded_ = false;
  std::vector<std::string> complaints_, requested_;
};

}  // namespace fleet::testing
