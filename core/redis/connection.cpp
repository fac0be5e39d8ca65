#include "core/redis/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include "core/config/file_text.hpp"
#include "core/io/resolve.hpp"
#include "core/redis/connection_impl.hpp"

namespace fleet::redis {
namespace {

constexpr std::size_t read_size = 64 * 1024;

// A server without AUTH (renamed, not Redis at all) may echo the arguments of what it did not understand.
std::string without_secret(std::string_view text, const config::Secret& secret) {
  if (secret.empty() || text.find(secret.reveal()) == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, text.find(' '))) +
         " the server's answer to AUTH is withheld, it repeats the password";
}

/// The file's text less its line end.
config::Secret read_password(const std::string& file) {
  std::string text;
  constexpr std::size_t most = 64 * 1024;
  auto problem = config::read_file(file, most, text);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (!problem && text.empty()) problem = "it is empty";
  if (problem) throw std::runtime_error("password file " + file + ": " + *problem);
  return config::Secret(std::move(text));
}

}  // namespace

Pipeline& Pipeline::add(std::initializer_list<std::string_view> words) {
  return add(std::span<const std::string_view>(words.begin(), words.size()));
}

Pipeline& Pipeline::add(std::span<const std::string_view> words) {
  append_command(wire_, words);
  ++commands_;
  return *this;
}

Pipeline& Pipeline::append(const Pipeline& other) {
  wire_ += other.wire_;
  commands_ += other.commands_;
  return *this;
}

void Pipeline::clear() {
  wire_.clear();
  commands_ = 0;
}

Connection::Impl::Impl(net::Stream connected, std::string name)
    : stream(std::move(connected)), address(std::move(name)) {}

bool Connection::Impl::closed_by_peer() {
  // Between pipelines a Redis client is owed nothing: whatever can be read, an end or bytes, makes it unusable.
  return stream.has_input();
}

awaitable<void> Connection::Impl::exchange(const Pipeline& pipeline, Deadline deadline) {
  std::string_view step = "write to";
  try {
    stream.expires_at(deadline);
    co_await stream.write(pipeline.wire());
    step = "read from";
    while (arenas.size() < pipeline.size()) arenas.push_back(std::make_unique<ReplyArena>());
    for (std::size_t complete = 0;;) {
      while (complete < pipeline.size() && reader.next(*arenas[complete])) ++complete;
      if (complete == pipeline.size()) break;
      auto const room = reader.prepare(read_size);
      auto const count = co_await stream.read_some(asio::buffer(room.data(), room.size()));
      if (count == 0) throw boost::system::system_error(asio::error::eof);
      received += count;
      reader.commit(count);
    }
  } catch (const Timeout&) {
    throw Timeout("answer from redis at " + address);
  } catch (const boost::system::system_error& error) {
    throw boost::system::system_error(error.code(), std::string(step) + " redis at " + address);
  }
  // What is left over would be taken for the answer to the next pipeline.
  if (!reader.empty()) throw ProtocolError("redis at " + address + " sent more than it was asked for");
}

awaitable<void> Connection::Impl::handshake(const Options& options, Deadline deadline) {
  Pipeline pipeline;
  if (!options.password.empty()) {
    if (options.username.empty()) {
      pipeline.add({"AUTH", options.password.reveal()});
    } else {
      pipeline.add({"AUTH", options.username, options.password.reveal()});
    }
  }
  auto const authentications = pipeline.size();
  if (options.database != 0) pipeline.add({"SELECT", std::to_string(options.database)});
  auto const required = pipeline.size();
  // Last, and its refusal is no failure: an ACL may well leave out a command that only names us.
  if (!options.client_name.empty()) pipeline.add({"CLIENT", "SETNAME", options.client_name});
  if (pipeline.size() == 0) co_return;
  co_await exchange(pipeline, deadline);
  for (std::size_t n = 0; n < required; ++n) {
    Reply const reply(arenas[n].get(), 0);
    if (!reply.is_error()) continue;
    auto const text = reply.error_text();
    throw ReplyError(n < authentications ? without_secret(text, options.password) : std::string(text));
  }
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;
const std::string& Connection::server_address() const { return impl_->address; }

awaitable<std::unique_ptr<Connection>> Connection::open(Options options, Deadline deadline) {
  auto const limit = deadline.or_after(options.connect_timeout);
  auto const port = std::to_string(options.port);
  auto const endpoints = co_await io::resolve(options.host, port, limit);
  auto socket = co_await io::connect(endpoints, limit);
  auto impl = std::make_unique<Impl>(net::Stream(std::move(socket), limit), options.address());
  if (!options.password_file.empty()) options.password = read_password(options.password_file);
  if (options.tls) co_await impl->stream.start_tls(options.tls.context(), options.host);
  co_await impl->handshake(options, limit);
  co_return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

awaitable<std::span<const Reply>> Connection::run(const Pipeline& pipeline, Deadline deadline) {
  auto& impl = *impl_;
  // Left so if anything throws: a reply may be half read, and the next one would be taken for ours.
  if (std::exchange(impl.unusable, true)) {
    throw boost::system::system_error(asio::error::not_connected, "redis at " + impl.address);
  }
  impl.received = 0;
  impl.replies.clear();
  co_await impl.exchange(pipeline, deadline);
  for (std::size_t n = 0; n < pipeline.size(); ++n) impl.replies.emplace_back(impl.arenas[n].get(), 0);
  impl.unusable = false;
  co_return std::span<const Reply>(impl.replies);
}

}  // namespace fleet::redis
