#include "tests/probers/compared_site.hpp"

#include <poll.h>

#include <chrono>
#include <map>

#include "core/metrics/exposition.hpp"

namespace fleet::testing {

namespace {

const std::string text = "LegalLLM is well";
// The same text by brotli.
const std::string brotli_text("\x8b\x07\x80" + text + "\x03");

std::string location(const std::string& to) {
  return response_text("302 Found", "Location: " + to + "\r\n", "");
}

const std::map<std::string, std::string>& answers() {
  static const std::map<std::string, std::string> known{
      {"/ok", response_text("200 OK", "Content-Type: text/plain\r\n", text)},
      {"/empty", response_text("200 OK", "", "")},
      {"/204", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
      {"/404", response_text("404 Not Found", "", "no such page")},
      {"/500", response_text("500 Internal Server Error", "", "database is down")},
      {"/http10", "HTTP/1.0 200 OK\r\n\r\n" + text},
      {"/headers", response_text("200 OK", "X-Slot: blue\r\nX-Slot: green\r\nSet-Cookie: a=b\r\n", text)},
      {"/old", response_text("200 OK", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", text)},
      {"/chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: "
       "close\r\n\r\n5\r\nLegal\r\n3\r\nLLM\r\n0\r\n\r\n"},
      {"/json",
       response_text("200 OK", "Content-Type: application/json\r\n", R"({"state":"ready","depth":3})")},
      {"/big", response_text("200 OK", "", std::string(100'000, 'x'))},
      {"/half", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n" + text},
      {"/garbage", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n"},
      {"/lies", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n" + text},
      {"/gzip", response_text("200 OK", "Content-Encoding: gzip\r\n", gzip(text))},
      {"/br", response_text("200 OK", "Content-Encoding: br\r\n", brotli_text)},
      {"/badgzip", response_text("200 OK", "Content-Encoding: gzip\r\n", gzip(text).substr(0, 15))},
      {"/plain-as-gzip", response_text("200 OK", "Content-Encoding: gzip\r\n", text)},
      {"/loop", location("/loop")},
      {"/relative", location("ok")},
      {"/nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
      {"/to-ftp", location("ftp://127.0.0.1/")},
  };
  return known;
}

/// Until the client has gone, or for that long.
bool client_leaves_within(const Peer& peer, std::chrono::milliseconds length) {
  pollfd waiting{peer.fd(), POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(length.count())) > 0;
}

void send_slowly(Peer& peer, const std::string& response, std::chrono::milliseconds pause) {
  for (char const c : response)
    if (!peer.send(std::string(1, c)) || client_leaves_within(peer, pause)) return;
}

void send_without_end(Peer& peer) {
  std::string const chunk = "2000\r\n" + std::string(0x2000, 'x') + "\r\n";
  if (!peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
  while (peer.send(chunk)) {
  }
}

void serve(Peer& peer) {
  auto const head = peer.read_head();
  auto const begin = head.find(' ') + 1;
  auto const path = head.substr(begin, head.find(' ', begin) - begin);
  auto const known = answers().find(path);
  if (known != answers().end()) {
    peer.send(known->second);
  } else if (path.starts_with("/to?")) {
    peer.send(location(path.substr(4)));
  } else if (path == "/slow") {
    if (!client_leaves_within(peer, std::chrono::milliseconds(150))) peer.send(answers().at("/ok"));
  } else if (path == "/never") {
    peer.sees_close();
  } else if (path == "/drip") {
    send_slowly(peer, answers().at("/ok"), std::chrono::seconds(1));
  } else if (path == "/endless") {
    send_without_end(peer);
  } else if (path == "/reset") {
    peer.reset_on_close();
  } else if (path == "/echo") {
    auto body = head;
    body.resize(2000, '.');  // so that it does not matter how long the request was
    peer.send(response_text("200 OK", "", body));
  }
}

}  // namespace

std::string response_text(const std::string& status, const std::string& fields, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

ComparedSite::ComparedSite() : server_(serve) {}

std::string ComparedSite::url(const std::string& path) const { return "http://" + address() + path; }

}  // namespace fleet::testing
