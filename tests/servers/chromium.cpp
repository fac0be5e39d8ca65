#include "tests/servers/chromium.hpp"

#include <poll.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr int patience_seconds = 30;

Launch launch(std::uint16_t port, const TemporaryDirectory& directory) {
  Launch launch;
  launch.command = {"chromium",
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--user-data-dir=" + (directory.path() / "profile").string(),
                    "--remote-debugging-port=" + std::to_string(port),
                    "about:blank"};
  launch.output = directory.path() / "log";
  return launch;
}

std::string string_of(const json::value& value) {
  auto const& text = value.as_string();
  return {text.data(), text.size()};
}

}  // namespace

Chromium::Chromium() : process_(launch(port_, directory_)) {
  if (!wait_until([&] { return accepts(port_); }, std::chrono::seconds(patience_seconds)))
    throw std::runtime_error("chromium does not start: " + process_.output());
  auto const path = devtools_path();
  socket_.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port_));
  // The handshake of RFC 6455; the key may be any, and what it answers is not checked: it is our own browser.
  asio::write(socket_,
              asio::buffer("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
  std::string head;
  asio::read_until(socket_, asio::dynamic_buffer(head), "\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 101") || !head.ends_with("\r\n\r\n"))
    throw std::runtime_error("chromium opens no DevTools connection: " + head);
  for (auto const* const domain : {"Page", "Runtime", "Log", "Network"}) call(std::string(domain) + ".enable");
}

Chromium::~Chromium() { process_.signal_tree(SIGKILL); }

std::string Chromium::devtools_path() const {
  std::string path;
  wait_until([&] {
    // Not by http_get(): this server keeps its connection whatever it is asked.
    auto const list = "http://127.0.0.1:" + std::to_string(port_) + "/json/list";
    auto const pages = json::parse(run_command({"curl", "-fsS", "--noproxy", "*", list}));
    for (auto const& page : pages.as_array()) {
      auto const url = string_of(page.at("webSocketDebuggerUrl"));
      if (string_of(page.at("type")) == "page") path = url.substr(url.find('/', 5 + 2));
    }
    return !path.empty();
  });
  return path;
}

void Chromium::send_text(const std::string& text) {
  // One masked frame; a mask of zeros is a mask.
  std::string frame = "\x81";
  auto const size = text.size();
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += {static_cast<char>(size >> 8), static_cast<char>(size & 255)};
  } else {
    throw std::runtime_error("a message for the browser is too long");
  }
  frame.append(4, '\0');
  asio::write(socket_, asio::buffer(frame + text));
}

std::string Chromium::read_message() {
  std::string message;
  pollfd watched{socket_.native_handle(), POLLIN, 0};
  if (::poll(&watched, 1, 1000 * patience_seconds) <= 0)
    throw std::runtime_error("the browser does not answer");
  for (bool last = false; !last;) {
    std::array<unsigned char, 8> head{};
    asio::read(socket_, asio::buffer(head, 2));
    last = (head[0] & 0x80) != 0;
    std::uint64_t size = head[1] & 0x7F;
    auto const more = size == 127 ? 8U : size == 126 ? 2U : 0U;
    if (more > 0) {
      asio::read(socket_, asio::buffer(head, more));
      size = 0;
      for (unsigned i = 0; i < more; ++i) size = size << 8 | head[i];
    }
    std::string part(size, '\0');
    asio::read(socket_, asio::buffer(part));
    message += part;
  }
  return message;
}

void Chromium::note(const json::object& event) {
  auto const method = string_of(event.at("method"));
  auto const& parameters = event.at("params").as_object();
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Network.requestWillBeSent")
    requested_.push_back(string_of(parameters.at("request").at("url")));
  std::string level;
  if (method == "Runtime.exceptionThrown") level = "error";
  if (method == "Runtime.consoleAPICalled") level = string_of(parameters.at("type"));
  if (method == "Log.entryAdded") level = string_of(parameters.at("entry").at("level"));
  if (level == "error" || level == "warning" || level == "assert")
    complaints_.push_back(json::serialize(parameters));
}

json::object Chromium::call(const std::string& method, json::object parameters) {
  json::object request;
  request["id"] = ++last_id_;
  request["method"] = method;
  request["params"] = std::move(parameters);
  send_text(json::serialize(request));
  for (;;) {
    auto const message = json::parse(read_message());
    auto const& answer = message.as_object();
    if (!answer.contains("id")) {
      note(answer);
    } else if (answer.at("id").to_number<int>() == last_id_) {
      if (answer.contains("error"))
        throw std::runtime_error(method + ": " + json::serialize(answer.at("error")));
      return answer.at("result").as_object();
    }
  }
}

void Chromium::open(const std::string& url) {
  loaded_ = false;
  json::object parameters;
  parameters["url"] = url;
  call("Page.navigate", std::move(parameters));
  while (!loaded_) {
    auto const message = json::parse(read_message());
    if (!message.as_object().contains("id")) note(message.as_object());
  }
}

json::value Chromium::evaluate(const std::string& expression) {
  json::object parameters;
  parameters["expression"] = expression;
  parameters["returnByValue"] = true;
  parameters["awaitPromise"] = true;
  auto const result = call("Runtime.evaluate", std::move(parameters));
  if (result.contains("exceptionDetails"))
    throw std::runtime_error(json::serialize(result.at("exceptionDetails")));
  auto const& value = result.at("result").as_object();
  return value.contains("value") ? value.at("value") : json::value(nullptr);
}

std::string Chromium::text(const std::string& expression) {
  auto const value = evaluate("String(" + expression + ")");
  return string_of(value);
}

void Chromium::press(const std::string& key) {
  for (auto const* const type : {"keyDown", "keyUp"}) {
    json::object parameters;
    parameters["type"] = type;
    parameters["key"] = key;
    parameters["code"] = key;
    parameters["windowsVirtualKeyCode"] = key == "Tab" ? 9 : 13;
    if (key == "Enter") parameters["text"] = "\r";
    call("Input.dispatchKeyEvent", std::move(parameters));
  }
}

std::vector<std::string> Chromium::take_complaints() { return std::exchange(complaints_, {}); }

}  // namespace fleet::testing
