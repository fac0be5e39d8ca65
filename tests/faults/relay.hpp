// A server between a program and its source that turns bad in the middle of a conversation.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fleet::testing {

/// Listens on 127.0.0.1 and passes bytes to and from `target`, on a thread of its own. From turn() on, on kept
/// connections as on new ones, it answers whatever a client sends with something else, until honest().
class Relay {
 public:
  enum class Mode : std::uint8_t {
    honest,
    garbage,     ///< answers with the bytes given
    cut,         ///< passes on the first three bytes of an answer, then closes
    spoiled,     ///< passes answers on with some of their bytes changed
    idle_bytes,  ///< sends the bytes given at once, unasked, to whoever is connected; else as honest
    reset,       ///< resets the connection of a client that says something
    slow,        ///< passes on one byte of an answer in a second; what is owed comes at once when this ends
  };

  explicit Relay(std::uint16_t target);
  ~Relay();
  Relay(const Relay&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void turn(Mode mode, std::string bytes = "");
  void honest() { turn(Mode::honest); }

 private:
  struct Pair {
    int client, server;
    std::string owed;    // of the server's answers
    bool ended = false;  // the server has nothing more to say
    std::chrono::steady_clock::time_point next_payment;
  };
  void serve();
  void accept_one();
  /// Each false if the pair has ended.
  bool from_client(const Pair& pair);
  bool from_server(Pair& pair);
  bool pay(Pair& pair) const;

  std::uint16_t target_;
  std::uint16_t port_;
  int listener_;
  int wake_;
  std::mutex mutex_;  // of the two below
  Mode mode_ = Mode::honest;
  std::string bytes_;
  std::vector<Pair> pairs_;  // the thread's own
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace fleet::testing
