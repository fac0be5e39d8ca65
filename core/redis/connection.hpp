// One connection to a Redis server, on Asio.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/secret.hpp"
#include "core/io/deadline.hpp"
#include "core/io/mutex.hpp"
#include "core/redis/reply.hpp"
#include "core/redis/tls.hpp"

namespace fleet::redis {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  Tls tls;                    ///< unset: plain TCP
  std::string username;       ///< ACL user; empty: default user
  config::Secret password;    ///< empty: no AUTH
  std::string password_file;  ///< where it came from; read anew for each connection, so that it may be changed
  int database = 0;
  std::string client_name;  ///< CLIENT SETNAME, shown in CLIENT LIST; empty: none
  std::chrono::milliseconds connect_timeout{3000};

  /// "host:port", for labels and log lines; no credentials.
  std::string address() const { return host + ":" + std::to_string(port); }
  friend bool operator==(const Options&, const Options&) = default;
};

/// Keys of a mapping that says where a server is and how to get in.
inline constexpr std::string_view option_keys[] = {"address",  "username",        "password", "password_file",
                                                   "database", "connect_timeout", "tls"};
/// Reads `{address: host:port, username, password|password_file, database, connect_timeout, tls}`; only
/// `address` is required, see read_server_address(). Throws config::Error.
Options read_options(const config::Value& value, std::string client_name);
/// The same from a mapping that has keys beside `option_keys`.
Options read_options(const config::Mapping& mapping, std::string client_name);
/// Without `address`: how to get into servers that are named elsewhere.
Options read_access(const config::Mapping& mapping, std::string client_name);
/// Puts a server's address into `options`: "host:port", "[::1]:port" or a host alone, which gets port 6379;
/// before it redis:// or rediss:// (TLS, with the system's authorities unless `options` name others), between
/// them an ACL user's name and "@", behind it "/" and a database. Returns what was expected, or nullopt if the
/// text is good. A URL with a password is not.
std::optional<std::string> read_server_address(std::string_view text, Options& options);

/// Several commands written at once.
class Pipeline {
 public:
  Pipeline& add(std::initializer_list<std::string_view> words);
  Pipeline& add(std::span<const std::string_view> words);
  std::size_t size() const { return commands_; }
  /// The other's commands behind these.
  Pipeline& append(const Pipeline& other);
  void clear();
  const std::string& wire() const { return wire_; }

 private:
  std::string wire_;
  std::size_t commands_ = 0;
};

/// An open connection; one pipeline at a time. Anything thrown but ReplyError leaves it unusable: drop it.
/// Lives on one io thread.
class Connection {
 public:
  /// Connects, shakes hands if there is TLS, authenticates, selects the database. Throws Timeout,
  /// boost::system::system_error, net::Failure (TLS), ReplyError, ProtocolError, std::runtime_error
  /// (password_file).
  static awaitable<std::unique_ptr<Connection>> open(Options options, Deadline deadline);
  ~Connection();

  /// Sends the pipeline and reads as many replies, error replies among them; throws Timeout,
  /// boost::system::system_error (closed, reset) or ProtocolError. The replies live in this connection until
  /// the next call.
  awaitable<std::span<const Reply>> run(const Pipeline& pipeline, Deadline deadline);
  const std::string& server_address() const;

 private:
  friend class Client;
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Keeps one connection to one server: opens it on demand, drops it after an error, lets one pipeline run at a
/// time. A dropped connection is opened again by the next call, so the source is back as soon as it answers. If
/// the kept connection turns out to be closed before any byte of an answer came (the server restarted), the
/// pipeline is sent once more on a fresh one: a server killed between executing and answering may then execute
/// it twice, so send what may be repeated. Lives on one io thread.
class Client {
 public:
  Client(asio::any_io_executor executor, Options options);
  ~Client();

  /// The replies taken out of the connection, so that the next caller may go on. Their memory goes back to the
  /// client, if that still lives.
  class Replies {
   public:
    Replies() = default;
    Replies(Replies&&) = default;
    Replies& operator=(Replies&&) = default;
    ~Replies();
    std::size_t size() const { return roots_.size(); }
    Reply operator[](std::size_t n) const { return roots_.at(n); }

   private:
    friend class Client;
    using Arenas = std::vector<std::unique_ptr<ReplyArena>>;
    /// Moves the first `count` of these out.
    Replies take(std::size_t count);
    Arenas arenas_;
    std::vector<Reply> roots_;
    std::weak_ptr<Arenas> spare_;
  };
  /// Throws as Connection::open() and Connection::run(); Timeout also if others held the connection for too
  /// long.
  awaitable<Replies> run(Pipeline pipeline, Deadline deadline);
  /// The same in one exchange with the pipelines of all who call this in the same turn of the loop, in the
  /// order in which they called. A failure is theirs too, but for a caller who has more time, or if the first
  /// of them was cancelled: then the pipeline is sent by itself. Takes longer than run() if nobody else comes,
  /// and what it took is not one caller's.
  awaitable<Replies> run_together(Pipeline pipeline, Deadline deadline);
  const Options& options() const;
  /// How long the newest connection took to open, until it was authenticated; zero before the first.
  std::chrono::nanoseconds connect_time() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the runs in flight
};

}  // namespace fleet::redis
