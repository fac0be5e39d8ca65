// A scripted HTTP server and one attempt at it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "probers/http/http_module.hpp"
#include "tests/core/http/raw_server.hpp"
#include "tests/servers/coroutine.hpp"

namespace fleet::testing {

/// Answers each request with what `answer` makes of its target; keeps the heads.
class HttpTarget {
 public:
  explicit HttpTarget(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)), server_([this](Peer& peer) { serve(peer); }) {}
  std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + target;
  }
  std::uint16_t port() const { return server_.port(); }
  std::vector<std::string> heads() const {
    std::lock_guard const lock(mutex_);
    return heads_;
  }

 private:
  void serve(Peer& peer) {
    auto const head = peer.read_head();
    {
      std::lock_guard const lock(mutex_);
      heads_.push_back(head);
    }
    auto const begin = head.find(' ') + 1;
    peer.send(answer_(head.substr(begin, head.find(' ', begin) - begin)));
  }

  std::function<std::string(const std::string&)> answer_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  RawServer server_;
};

inline std::string http_answer(int status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Words\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::shared_ptr<const probers::Module> http_module(const std::string& yaml,
                                                          const probers::ReadContext& context = {}) {
  auto const value = config::Document::parse(yaml, "test.yml").root();
  return probers::read_http(value, value, context);
}

/// One attempt of a probe; several of one module share what it remembers.
inline probers::ProbeResult attempt_at(const probers::Module& module, const std::string& target,
                                       std::chrono::milliseconds timeout = std::chrono::seconds(10),
                                       const std::string& hostname = {}, probers::Notes* notes = nullptr) {
  asio::io_context io;
  auto const probe = module.probe({target, hostname});
  return run_on(io, probers::attempt_once(*probe, Deadline::after(timeout), notes));
}

inline probers::ProbeResult attempt_at(const std::string& yaml, const std::string& target,
                                       std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
  return attempt_at(*http_module(yaml), target, timeout);
}

/// "status/status", "good".
inline std::string verdict(const probers::ProbeResult& result) {
  if (result.outcome == probers::Outcome::good) return "good";
  return std::string(to_string(result.reason)) + "/" + result.step;
}

inline double value_of(const probers::ProbeResult& result, const probers::FactKind& kind) {
  auto const* const found = result.facts.find(kind);
  return found ? *found : -999;
}

}  // namespace fleet::testing
