// PostgreSQL on Asio: libpq in pipeline mode, one session shared by concurrent callers.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/secret.hpp"
#include "core/io/deadline.hpp"

namespace fleet::postgres {

/// The server refused a statement or the session failed. `sqlstate` is "" when the connection, not the server,
/// failed. what() is the primary message in one line, without query text or row content (DETAIL may quote rows:
/// it is dropped).
class Error : public std::runtime_error {
 public:
  Error(std::string message, std::string sqlstate)
      : std::runtime_error(message), sqlstate_(std::move(sqlstate)) {}
  const std::string& sqlstate() const { return sqlstate_; }

 private:
  std::string sqlstate_;
};

/// Whether an error says that the connection is lost, rather than that one statement was refused.
bool connection_lost(const std::exception& error);

struct Options {
  std::string host =
      "127.0.0.1";  ///< name, address, or a directory holding the unix socket ("/run/postgresql")
  std::uint16_t port = 5432;
  /// Literal addresses that stand for `host`, tried in order, for a caller that has looked it up (and checked
  /// what it found); empty: it is looked up here.
  std::vector<std::string> addresses;
  std::string user = "postgres";
  config::Secret password;
  std::string database = "postgres";
  std::string sslmode = "prefer";
  std::string
      root_certificate;  ///< file that verify-ca and verify-full check against; empty: libpq's own default
  std::string application_name;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds statement_timeout{5000};  ///< enforced by the server as well
  std::chrono::milliseconds lock_timeout{500};  ///< a monitoring query never queues behind a lock for longer

  bool read_only = true;  ///< sessions refuse writes (default_transaction_read_only); only a program that owns
                          ///< rows turns it off

  /// Whether the session is given the timeouts above, jit=off and read-only transactions. Without them it is as
  /// any client's: what pg_settings then says is the server's own, and a statement ends at the caller's
  /// deadline only.
  bool limited = true;

  /// "host:port": the `server` label of postgres_exporter.
  std::string server() const { return host + ":" + std::to_string(port); }
};

/// Reads `{address: host:port (or host, port), user, password|password_file, database, sslmode,
/// connect_timeout, statement_timeout, lock_timeout}`. `extra` are further keys the caller reads itself from
/// the same mapping. Throws config::Error.
Options read_options(const config::Value& value, std::string application_name,
                     std::initializer_list<std::string_view> extra = {});

/// The rows of one statement, all values as text. Owns its memory; thread-compatible.
class Rows {
 public:
  Rows();
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  std::size_t size() const;
  std::size_t columns() const;
  std::string_view column_name(std::size_t column) const;
  /// Index of the column; throws Error("no column `x` in the result") - a renamed column is loud.
  std::size_t column(std::string_view name) const;
  bool is_null(std::size_t row, std::size_t column) const;
  std::string_view text(std::size_t row, std::size_t column) const;  ///< "" for NULL
  /// The value as a double ("t"/"f" are 1 and 0); NaN for NULL; throws Error if it is no number.
  double number(std::size_t row, std::size_t column) const;
  std::optional<double> number_or_null(std::size_t row, std::size_t column) const;

  std::size_t column_or(std::string_view name, std::size_t fallback) const;
  /// The OID of the column's type: 16 is bool, 1184 timestamptz.
  unsigned column_type(std::size_t column) const;

 private:
  friend class Console;
  friend class Session;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One open connection in pipeline mode. Statements of concurrent callers go out together; each is its own
/// implicit transaction and fails alone. Statements are prepared on first use. All members on one io thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// Resolves, connects, authenticates; sets read-only transactions (unless Options says not),
  /// statement_timeout, lock_timeout, jit=off. Throws Timeout, boost::system::system_error (name lookup) or
  /// Error.
  static awaitable<std::shared_ptr<Session>> open(Options options, Deadline deadline);
  ~Session();

  /// Runs one statement. Throws Error (with sqlstate: the session is still good), or Timeout / Error without
  /// sqlstate (the session is broken(); every other caller waiting on it gets the same).
  awaitable<Rows> query(std::string sql, Deadline deadline);
  awaitable<Rows> query(std::string sql, std::vector<std::string> parameters, Deadline deadline);
  /// Sends several statements together, so that they cost one round trip and no other caller's comes between:
  /// BEGIN, what belongs into the transaction, ROLLBACK. Returns the rows of each; throws the first error, once
  /// all have been answered.
  awaitable<std::vector<Rows>> query_all(std::vector<std::string> statements, Deadline deadline);
  bool broken() const;
  int server_version() const;  ///< 150004
  /// The address that it is connected to, "" for a unix socket or once broken.
  std::string address() const;

  struct Impl;

 private:
  friend class Client;
  explicit Session(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Keeps one Session to one database: opens it on demand (callers that arrive meanwhile share the attempt),
/// drops it when broken.
class Client {
 public:
  Client(asio::any_io_executor executor, Options options);
  ~Client();
  /// The open session, opened now if there is none. Throws as Session::open.
  awaitable<std::shared_ptr<Session>> session(Deadline deadline);
  /// session() and query() in one; tried once more on a fresh session if a kept one turns out to be dead before
  /// `deadline`.
  awaitable<Rows> query(std::string sql, Deadline deadline);
  /// The same with Session::query_all().
  awaitable<std::vector<Rows>> query_all(std::vector<std::string> statements, Deadline deadline);
  /// Drops the kept session; who uses it now goes on.
  void close();
  const Options& options() const;

 private:
  struct Impl;
  template <class T, class Ask>
  awaitable<T> ask(Ask ask, Deadline deadline);
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::postgres
