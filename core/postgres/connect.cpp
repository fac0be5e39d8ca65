#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/system_error.hpp>
#include <vector>

#include "core/io/resolve.hpp"
#include "core/postgres/libpq.hpp"

namespace fleet::postgres {
namespace {

constexpr std::size_t kLongestMessage = 300;

// libpq's keywords and values, kept alive together.
class Parameters {
 public:
  void add(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
  }
  ConnectionHandle start() const {
    auto keywords = keywords_;
    std::vector<const char*> values;
    for (auto const& value : values_) values.push_back(value.c_str());
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return ConnectionHandle(PQconnectStartParams(keywords.data(), values.data(), 0));
  }

 private:
  std::vector<const char*> keywords_;
  std::vector<std::string> values_;
};

std::string milliseconds(std::chrono::milliseconds length) { return std::to_string(length.count()); }

std::string session_settings(const Options& options) {
  return "-c statement_timeout=" + milliseconds(options.statement_timeout) +
         " -c lock_timeout=" + milliseconds(options.lock_timeout) +
         " -c idle_in_transaction_session_timeout=" + milliseconds(options.statement_timeout) + " -c jit=off" +
         (options.read_only ? " -c default_transaction_read_only=on" : "");
}

Parameters parameters(const Options& options) {
  Parameters result;
  result.add("port", std::to_string(options.port));
  result.add("user", options.user);
  if (!options.password.empty()) result.add("password", options.password.reveal());
  result.add("dbname", options.database);
  result.add("sslmode", options.sslmode);
  if (!options.root_certificate.empty()) result.add("sslrootcert", options.root_certificate);
  // Looking for Kerberos tickets may block, and costs a round trip where there is none.
  result.add("gssencmode", "disable");
  result.add("application_name", options.application_name);
  result.add("client_encoding", "UTF8");
  if (options.limited) result.add("options", session_settings(options));
  result.add("keepalives_idle", "10");
  result.add("keepalives_interval", "5");
  result.add("keepalives_count", "3");
  result.add("tcp_user_timeout", "15000");
  return result;
}

awaitable<void> finish_connecting(PGconn* connection) {
  using Descriptor = asio::posix::stream_descriptor;
  auto next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED || PQsocket(connection) < 0) throw Error(error_message(connection), "");
    co_await wait_for(connection,
                      next == PGRES_POLLING_READING ? Descriptor::wait_read : Descriptor::wait_write);
    next = PQconnectPoll(connection);
  }
}

}  // namespace

awaitable<void> wait_for(PGconn* connection, asio::posix::stream_descriptor::wait_type what) {
  struct Borrowed {
    Borrowed(const asio::any_io_executor& executor, int socket) : descriptor(executor, socket) {}
    ~Borrowed() { descriptor.release(); }
    asio::posix::stream_descriptor descriptor;
  };
  auto const executor = co_await asio::this_coro::executor;
  Borrowed borrowed(executor, PQsocket(connection));
  co_await borrowed.descriptor.async_wait(what, asio::use_awaitable);
}

std::string one_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line;
  for (char const c : text.substr(0, kLongestMessage)) {
    if (c == '\n') {
      line += "; ";
    } else if (c == '\t') {
      line += ' ';
    } else {
      // The message may repeat what a server that is none sent.
      line += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
    }
  }
  return line;
}

std::string error_message(const PGconn* connection) {
  auto line = one_line(PQerrorMessage(connection));
  return line.empty() ? "the connection to postgres was lost" : line;
}

awaitable<ConnectionHandle> connect(Options options, Deadline deadline) {
  auto const limit = deadline.or_after(options.connect_timeout);
  auto wanted = parameters(options);
  if (options.host.starts_with('/')) {
    wanted.add("host", options.host);
  } else {
    // libpq would look the name up itself, and block meanwhile. `host` is still what certificates are checked
    // against.
    auto known = options.addresses;
    if (known.empty()) {
      auto const endpoints = co_await io::resolve(options.host, std::to_string(options.port), limit);
      for (auto const& endpoint : endpoints) known.push_back(endpoint.address().to_string());
    }
    std::string addresses;
    std::string hosts;
    for (auto const& address : known) {
      addresses += (addresses.empty() ? "" : ",") + address;
      hosts += (hosts.empty() ? "" : ",") + options.host;
    }
    wanted.add("hostaddr", addresses);
    wanted.add("host", hosts);
  }
  auto connection = wanted.start();
  if (!connection) throw std::bad_alloc();
  // By default libpq prints what a server remarks to stderr.
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  if (PQstatus(connection.get()) == CONNECTION_BAD) throw Error(error_message(connection.get()), "");
  co_await before(limit, finish_connecting(connection.get()), "connect to postgres at " + options.server());
  if (PQsetnonblocking(connection.get(), 1) != 0) throw Error(error_message(connection.get()), "");
  co_return connection;
}

}  // namespace fleet::postgres
