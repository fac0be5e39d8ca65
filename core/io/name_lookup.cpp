#include "core/io/name_lookup.hpp"

#include <netinet/in.h>
#include <sys/stat.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace fleet::io {
namespace {

using asio::ip::tcp;

// A server that is silent has cost 2 + 4 + 8 s when c-ares gives up: most deadlines are shorter.
constexpr int kFirstTimeoutMilliseconds = 2000;
constexpr int kTries = 3;
constexpr std::chrono::seconds kLookAtFileEvery{1};

boost::system::error_code error_of(int status) {
  switch (status) {
    case ARES_SUCCESS:
      return {};
    case ARES_ENOMEM:
      return asio::error::no_memory;
    case ARES_ESERVICE:
      return asio::error::service_not_found;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return asio::error::operation_aborted;
    case ARES_ETIMEOUT:
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
    case ARES_ECONNREFUSED:
    case ARES_ENOTIMP:
      return asio::error::host_not_found_try_again;
    default:
      return asio::error::host_not_found;
  }
}

std::vector<tcp::endpoint> endpoints_of(const ares_addrinfo* answer) {
  std::vector<tcp::endpoint> endpoints;
  for (auto const* node = answer ? answer->nodes : nullptr; node; node = node->ai_next) {
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    tcp::endpoint endpoint;
    if (node->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), node->ai_addr, node->ai_addrlen);
    endpoint.resize(node->ai_addrlen);
    endpoints.push_back(endpoint);
  }
  return endpoints;
}

}  // namespace

NameChannel::NameChannel(asio::any_io_executor executor, const ResolverSettings& settings)
    : executor_(std::move(executor)), timer_(executor_) {
  static int const initialised = ares_library_init(ARES_LIB_INIT_ALL);
  auto path = settings.resolv_conf;
  char lookups[] = "fb";  // the hosts file, then DNS
  ares_options options{};
  options.timeout = kFirstTimeoutMilliseconds;
  options.tries = kTries;
  options.udp_port = options.tcp_port = settings.server_port;
  options.lookups = lookups;
  options.resolvconf_path = path.data();
  options.sock_state_cb = &NameChannel::on_socket_state;
  options.sock_state_cb_data = this;
  int const status =
      ares_init_options(&channel_, &options,
                        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT |
                            ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB);
  if (initialised != ARES_SUCCESS || status != ARES_SUCCESS)
    throw std::runtime_error(std::string("name resolver: ") + ares_strerror(status));
}

NameChannel::~NameChannel() { stop(); }

void NameChannel::stop() noexcept {
  if (auto const channel = std::exchange(channel_, nullptr)) ares_destroy(channel);
  watched_.clear();
}

void NameChannel::start(const std::string& host, const std::string& service, std::shared_ptr<Lookup> lookup) {
  ++waiting_;
  if (!channel_) {
    lookup->answered = true;
    lookup->error = asio::error::operation_aborted;
    return;
  }
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_, host.c_str(), service.empty() ? nullptr : service.c_str(), &hints,
                   &NameChannel::on_answer, new std::shared_ptr<Lookup>(std::move(lookup)));
  arm_timer();
}

void NameChannel::start_srv(const std::string& name, std::shared_ptr<Lookup> lookup) {
  ++waiting_;
  if (!channel_) {
    lookup->answered = true;
    lookup->error = asio::error::operation_aborted;
    return;
  }
  constexpr int internet = 1, srv = 33;  // RFC 1035 section 3.2.4, RFC 2782
  ares_search(channel_, name.c_str(), internet, srv, &NameChannel::on_srv_answer,
              new std::shared_ptr<Lookup>(std::move(lookup)));
  arm_timer();
}

void NameChannel::leave() {
  if (--waiting_ > 0 || !channel_) return;
  ares_cancel(channel_);
  arm_timer();
}

void NameChannel::on_answer(void* argument, int status, int, ares_addrinfo* answer) {
  std::unique_ptr<std::shared_ptr<Lookup>> const owned(static_cast<std::shared_ptr<Lookup>*>(argument));
  auto& lookup = **owned;
  lookup.error = error_of(status);
  lookup.endpoints = endpoints_of(answer);
  lookup.answered = true;
  ares_freeaddrinfo(answer);
  // While the io_context is being destroyed its timers may be gone already.
  if (status != ARES_EDESTRUCTION) lookup.done.cancel();
}

void NameChannel::on_srv_answer(void* argument, int status, int, unsigned char* answer, int length) {
  std::unique_ptr<std::shared_ptr<Lookup>> const owned(static_cast<std::shared_ptr<Lookup>*>(argument));
  auto& lookup = **owned;
  ares_srv_reply* records = nullptr;
  if (status == ARES_SUCCESS) status = ares_parse_srv_reply(answer, length, &records);
  for (auto const* record = records; record; record = record->next)
    lookup.services.push_back({record->host, record->port, record->priority, record->weight});
  if (records) ares_free_data(records);
  lookup.error = error_of(status);
  lookup.answered = true;
  if (status != ARES_EDESTRUCTION) lookup.done.cancel();
}

void NameChannel::on_socket_state(void* argument, ares_socket_t socket, int readable, int writable) {
  auto& self = *static_cast<NameChannel*>(argument);
  auto const found = self.watched_.find(socket);
  if (!readable && !writable) {
    if (found == self.watched_.end()) return;
    found->second->want_read = found->second->want_write = false;
    found->second->descriptor.release();  // c-ares closes it
    self.watched_.erase(found);
    return;
  }
  auto const watched =
      found != self.watched_.end() ? found->second : std::make_shared<Watched>(self.executor_, socket);
  self.watched_[socket] = watched;
  watched->want_read = readable != 0;
  watched->want_write = writable != 0;
  self.watch(watched);
}

void NameChannel::watch(const std::shared_ptr<Watched>& watched) {
  using Descriptor = asio::posix::stream_descriptor;
  auto const wait = [&](Descriptor::wait_type type, bool Watched::*want, bool Watched::*busy) {
    if (!((*watched).*want) || (*watched).*busy) return;
    (*watched).*busy = true;
    watched->descriptor.async_wait(
        type, [weak = weak_from_this(), watched, type, want, busy](const boost::system::error_code& error) {
          (*watched).*busy = false;
          auto const self = weak.lock();
          if (error || !self || !((*watched).*want)) return;
          auto const socket = watched->descriptor.native_handle();
          self->process(type == Descriptor::wait_read ? socket : ARES_SOCKET_BAD,
                        type == Descriptor::wait_write ? socket : ARES_SOCKET_BAD);
          self->watch(watched);
        });
  };
  wait(Descriptor::wait_read, &Watched::want_read, &Watched::reading);
  wait(Descriptor::wait_write, &Watched::want_write, &Watched::writing);
}

void NameChannel::process(ares_socket_t readable, ares_socket_t writable) {
  if (!channel_) return;
  ares_process_fd(channel_, readable, writable);
  arm_timer();
}

void NameChannel::arm_timer() {
  timeval buffer{};
  auto const* const next = ares_timeout(channel_, nullptr, &buffer);
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (auto const self = weak.lock()) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

void NameLookups::configure(ResolverSettings settings) {
  settings_ = std::move(settings);
  current_.reset();
}

NameLookups::FileVersion NameLookups::version_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino,
          static_cast<std::uint64_t>(status.st_size)};
}

std::shared_ptr<NameChannel> NameLookups::channel(const asio::any_io_executor& executor) {
  auto const now = Deadline::Clock::now();
  if (current_ && now - looked_ < kLookAtFileEvery) return current_;
  auto const version = version_of(settings_.resolv_conf);
  looked_ = now;
  if (current_ && version == version_) return current_;
  version_ = version;
  current_ = std::make_shared<NameChannel>(executor, settings_);
  std::erase_if(channels_, [](auto const& channel) { return channel.expired(); });
  channels_.push_back(current_);
  return current_;
}

void NameLookups::shutdown() noexcept {
  for (auto const& weak : channels_)
    if (auto const channel = weak.lock()) channel->stop();
  current_.reset();
}

}  // namespace fleet::io
