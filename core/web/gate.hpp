// What --web.config.file asks of every connection and every request before a handler sees it.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/web/passwords.hpp"
#include "core/web/server.hpp"
#include "core/web/server_tls.hpp"
#include "core/web/web_config.hpp"

namespace fleet::web {

/// The rules in use, read again whenever their file or one that it names changes: certificates may be renewed
/// and users changed while the program runs. A file that cannot be used changes nothing, and is one log line.
/// Whether there is TLS at all is settled at the start. Web io thread.
class Gate {
 public:
  /// Throws config::Error. `on_reading`, if not empty, hears whether a later reading succeeded.
  explicit Gate(std::string file, std::function<void(bool)> on_reading = {});
  ~Gate();
  Gate(const Gate&) = delete;

  /// For a connection that begins: TLS as the files are now; nullptr: none.
  std::shared_ptr<ServerTls> tls();
  /// nullopt if the request may be handled; else the answer: 429 beyond the rate, 401 without a user.
  awaitable<std::optional<Response>> admit(const Request& request);
  /// Headers of every response.
  const std::vector<std::pair<std::string, std::string>>& headers() const { return rules_->config.headers; }
  /// Checks no more passwords. After this the io_context may be destroyed.
  void close() { passwords_.close(); }

 private:
  /// What tells that a file is another.
  struct Stamp {
    std::string file;
    struct timespec changed {};
    off_t size = 0;
    ino_t inode = 0;
  };
  /// One reading.
  struct Rules {
    WebConfig config;
    std::shared_ptr<ServerTls> tls;
    std::vector<Stamp> stamps;  ///< of its files, each as it was just before it was read
  };
  static Stamp stamp(const std::string& file);
  static bool changed(const Stamp& before);
  std::shared_ptr<const Rules> read() const;
  void look_again();
  bool within_rate();
  /// As many requests at once as the limit in use allows.
  void fill();
  bool open_path(std::string_view path) const;

  std::string file_;
  std::function<void(bool)> on_reading_;
  std::shared_ptr<const Rules> rules_;
  std::string last_problem_;
  std::chrono::steady_clock::time_point next_attempt_;
  double tokens_ = 0;
  std::chrono::steady_clock::time_point filled_;
  Passwords passwords_;
};

/// User and password of an Authorization header; nullopt if it is not that of a user (RFC 7617).
std::optional<std::pair<std::string, config::Secret>> basic_credentials(std::string_view authorization);

}  // namespace fleet::web
