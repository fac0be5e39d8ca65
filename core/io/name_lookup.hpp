// c-ares on Asio; private to core/io. Everything on one io thread.
#pragma once

#include <ares.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/io/resolve.hpp"
#include "core/io/srv.hpp"

namespace fleet::io {

/// One question and, later, its answer. Shared by whoever waits and by c-ares: an abandoned lookup ends on its
/// own.
struct Lookup {
  Lookup(const asio::any_io_executor& executor, Deadline deadline) : done(executor, deadline.when()) {}
  asio::steady_timer done;  ///< cancelled by the answer
  bool answered = false;
  boost::system::error_code error;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  std::vector<SrvRecord> services;
};

/// One c-ares channel: the servers of one reading of resolv.conf and the sockets to them.
class NameChannel : public std::enable_shared_from_this<NameChannel> {
 public:
  /// Throws std::runtime_error if c-ares has no memory for it.
  NameChannel(asio::any_io_executor executor, const ResolverSettings& settings);
  ~NameChannel();
  NameChannel(const NameChannel&) = delete;

  /// May answer before it returns. `service` may be empty: ports are then 0.
  void start(const std::string& host, const std::string& service, std::shared_ptr<Lookup> lookup);
  /// The same for SRV records; search domains apply.
  void start_srv(const std::string& name, std::shared_ptr<Lookup> lookup);
  /// Whoever started a lookup leaves it once, answered or not. What nobody waits for any more is cancelled when
  /// the last has left.
  void leave();
  /// Answers everything with an error and closes all sockets.
  void stop() noexcept;

 private:
  struct Watched {
    explicit Watched(const asio::any_io_executor& executor, ares_socket_t socket)
        : descriptor(executor, socket) {}
    asio::posix::stream_descriptor descriptor;
    bool want_read = false, want_write = false;
    bool reading = false, writing = false;
  };
  static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable);
  static void on_answer(void* lookup, int status, int timeouts, ares_addrinfo* answer);
  static void on_srv_answer(void* lookup, int status, int timeouts, unsigned char* answer, int length);
  void watch(const std::shared_ptr<Watched>& watched);
  void process(ares_socket_t readable, ares_socket_t writable);
  void arm_timer();

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watched>> watched_;
  std::size_t waiting_ = 0;
};

/// The channel of an io_context; a new one when resolv.conf has changed, while lookups on the old one run on.
class NameLookups : public asio::execution_context::service {
 public:
  using key_type = NameLookups;
  static inline asio::execution_context::id id;

  explicit NameLookups(asio::execution_context& owner) : service(owner) {}
  void configure(ResolverSettings settings);
  std::shared_ptr<NameChannel> channel(const asio::any_io_executor& executor);

 private:
  struct FileVersion {
    std::int64_t seconds = 0, nanoseconds = 0;
    std::uint64_t inode = 0, size = 0;
    bool operator==(const FileVersion&) const = default;
  };
  static FileVersion version_of(const std::string& path);
  void shutdown() noexcept override;

  ResolverSettings settings_;
  FileVersion version_;
  Deadline::Clock::time_point looked_;
  std::shared_ptr<NameChannel> current_;
  std::vector<std::weak_ptr<NameChannel>> channels_;
};

}  // namespace fleet::io
