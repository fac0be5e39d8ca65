#include "probers/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>

#include "core/io/parse_number.hpp"
#include "core/net/failure.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

namespace {

using std::chrono::milliseconds;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return text.find(part) != text.npos; });
}

// libpq's own words, which this process never has translated, and the server's in English.
Reason reason_of_text(std::string_view text) {
  if (contains_any(text, {"password authentication failed", "no password supplied",
                          "authentication failed for user", "no pg_hba.conf entry", "pg_hba.conf rejects",
                          "is not permitted to log in", "certificate authentication failed"}) ||
      (text.find("role \"") != text.npos && text.find("\" does not exist") != text.npos)) {
    return Reason::unauthorized;
  }
  if (contains_any(text, {"certificate verify failed", "does not match host name", "root certificate"})) {
    return Reason::certificate;
  }
  // The server speaks; what it says is not about who we are.
  if (text.find("FATAL: ") != text.npos) return Reason::sql_error;
  if (contains_any(text,
                   {"SSL error", "SSL SYSCALL", "does not support SSL", "SSL is required", "requires SSL"})) {
    return Reason::tls;
  }
  if (contains_any(text, {"Connection refused", "No such file or directory"})) return Reason::refused;
  if (contains_any(text, {"No route to host", "Network is unreachable", "Host is down"}))
    return Reason::unreachable;
  if (contains_any(text, {"Connection timed out", "timeout expired"})) return Reason::timeout;
  if (contains_any(
          text, {"closed the connection", "Connection reset", "Broken pipe", "connection to postgres was lost",
                 "no connection to the server", "session to postgres"})) {
    return Reason::reset;
  }
  if (contains_any(text, {"expected authentication request", "invalid response to SSL", "lost synchronization",
                          "unexpected response from server", "invalid message", "message contents",
                          "message type", "no result"})) {
    return Reason::protocol;
  }
  return Reason::sql_error;
}

Reason reason_of_state(const std::string& sqlstate) {
  if (sqlstate == "25006") return Reason::sql_role;  // a write in a read-only transaction
  if (sqlstate == "57014") return Reason::timeout;   // cancelled by statement_timeout
  if (sqlstate.starts_with("28")) return Reason::unauthorized;
  return Reason::sql_error;
}

[[noreturn]] void bad_server() {
  throw BadTarget("expected host:port, host:port/database or postgres://host:port/database");
}

}  // namespace

std::string ServerAddress::label() const {
  return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

ServerAddress parse_server(std::string_view text) {
  for (std::string_view const scheme : {"postgres://", "postgresql://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  if (text.find_first_of("@?#") != text.npos) {
    throw BadTarget("expected an address without credentials and parameters, which are options of the module");
  }
  ServerAddress server;
  auto const slash = std::min(text.find('/'), text.size());
  server.database = text.substr(std::min(slash + 1, text.size()));
  auto place = text.substr(0, slash);
  if (place.starts_with('[')) {
    auto const close = place.find(']');
    if (close == place.npos) bad_server();
    server.host = place.substr(1, close - 1);
    place.remove_prefix(close + 1);
  } else {
    auto const colon = std::min(place.find(':'), place.size());
    server.host = place.substr(0, colon);
    place.remove_prefix(colon);
  }
  bool const odd = std::any_of(server.host.begin(), server.host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == ',';
  });
  if (server.host.empty() || odd || server.database.find('/') != std::string::npos) bad_server();
  if (place.empty()) return server;
  server.port = parse_number<std::uint16_t>(place.substr(1)).value_or(0);
  if (place.front() != ':' || server.port == 0) bad_server();
  return server;
}

awaitable<Connected> open_session(ServerAddress server, ConnectionOptions options, bool read_only,
                                  Deadline limit, Deadline end) {
  Connected connected;
  auto const begin = Deadline::Clock::now();
  auto const addresses = co_await net::addresses_of(server.host, options.dial.address, limit);
  auto const resolved = Deadline::Clock::now();
  connected.resolve = resolved - begin;

  auto& wanted = options.session;
  wanted.host = std::move(server.host);
  wanted.port = server.port;
  for (auto const& address : addresses) wanted.addresses.push_back(address.to_string());
  if (!server.database.empty()) wanted.database = std::move(server.database);
  wanted.application_name = "slo_prober";
  wanted.read_only = read_only;
  wanted.connect_timeout = std::chrono::ceil<milliseconds>(limit.remaining());
  wanted.statement_timeout = std::chrono::ceil<milliseconds>(end.remaining()) + milliseconds(1000);
  connected.session = co_await postgres::Session::open(std::move(wanted), limit);
  connected.connect = Deadline::Clock::now() - resolved;
  co_return connected;
}

std::optional<Trouble> trouble_of(const std::exception& error) {
  std::string const what = error.what();
  if (auto const* failure = dynamic_cast<const net::Failure*>(&error)) {
    return Trouble{reason_of(failure->kind), what, net::to_string(failure->step)};
  }
  if (dynamic_cast<const Timeout*>(&error)) return Trouble{Reason::timeout, what, ""};
  if (auto const* refusal = dynamic_cast<const postgres::Error*>(&error)) {
    auto const& state = refusal->sqlstate();
    if (state.empty()) return Trouble{reason_of_text(what), what, ""};
    return Trouble{reason_of_state(state), what + " (" + state + ")", ""};
  }
  if (auto const* system = dynamic_cast<const boost::system::system_error*>(&error)) {
    return Trouble{reason_of(net::kind_of(system->code(), net::Step::connect)), what, ""};
  }
  return std::nullopt;
}

}  // namespace fleet::probers
