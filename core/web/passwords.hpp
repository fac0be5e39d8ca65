// Passwords against bcrypt hashes, without keeping a server from its work.
#pragma once

#include <array>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/secret.hpp"
#include "core/io/deadline.hpp"

namespace fleet::web {

/// Whether it has the form of a bcrypt hash: "$2y$10$" and 53 characters.
bool is_bcrypt(std::string_view hash);

/// Checks passwords one at a time, as bcrypt is meant to cost tens of milliseconds of a core, on a thread of
/// its own; the last hundred answers are remembered, right ones and wrong ones, by a keyed SHA-256 of what was
/// asked. Belongs to one io thread, and is closed before that thread's io_context goes: who waits keeps it
/// alive.
class Passwords {
 public:
  Passwords();
  ~Passwords() { close(); }

  /// Whether it is the password of that hash; nullopt if too many wait for an answer already.
  awaitable<std::optional<bool>> match(config::Secret hash, config::Secret password);
  /// Ends the thread; who still waits for an answer is destroyed. Nothing may be asked any more.
  void close();

  static constexpr std::size_t remembered = 100;
  static constexpr std::size_t most_waiting = 32;

 private:
  using Digest = std::array<unsigned char, 32>;
  Digest digest(const config::Secret& hash, const config::Secret& password) const;
  void remember(const Digest& key, bool answer);

  std::array<unsigned char, 32> key_;
  std::map<Digest, bool> answers_;
  std::deque<Digest> order_;  // of answers_, the oldest first
  std::size_t waiting_ = 0;
  std::unique_ptr<asio::thread_pool> thread_;
};

}  // namespace fleet::web
