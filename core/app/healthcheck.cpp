#include "core/app/healthcheck.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

#include "core/app/exit_status.hpp"
#include "core/io/resolve.hpp"
#include "core/io/run_to_end.hpp"

namespace fleet::app {
namespace {

constexpr std::size_t head_limit = 16 * 1024;

struct Place {
  std::string host, port;
};

Place place_of(const std::string& listen_address) {
  auto const colon = listen_address.rfind(':');
  if (colon == std::string::npos)
    throw std::runtime_error("expected HOST:PORT or :PORT, got " + listen_address);
  Place place{listen_address.substr(0, colon), listen_address.substr(colon + 1)};
  if (place.host.starts_with('[') && place.host.ends_with(']'))
    place.host = place.host.substr(1, place.host.size() - 2);
  // A listener on [::] takes IPv4 as well, and a container may be without IPv6.
  if (place.host.empty() || place.host == "0.0.0.0" || place.host == "::") place.host = "127.0.0.1";
  return place;
}

awaitable<std::string> ask(Place place, std::string path, Deadline deadline) {
  auto endpoints = co_await io::resolve(place.host, place.port, deadline);
  auto socket = co_await io::connect(std::move(endpoints), deadline);
  std::string const request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  std::string answer;
  auto into = asio::dynamic_buffer(answer, head_limit);
  co_await asio::async_read_until(socket, into, "\r\n", asio::use_awaitable);
  answer.resize(answer.find("\r\n"));
  co_return answer;
}

awaitable<std::string> status_line(Place place, std::string path, Deadline deadline) {
  std::string const what = place.host + ":" + place.port + path;
  awaitable<std::string> work = ask(std::move(place), std::move(path), deadline);
  co_return co_await before(deadline, std::move(work), what);
}

// Who asks for a user, for patience, or for TLS, is well too: that is web/gate.hpp's answer, and no handler's.
bool is_ok(std::string_view line) {
  return line.starts_with("HTTP/1.1 200") || line.starts_with("HTTP/1.1 401") ||
         line.starts_with("HTTP/1.1 429") || line == "HTTP/1.0 400 Bad Request";
}

}  // namespace

int healthcheck(std::string_view program, const std::string& listen_address, const std::string& path,
                std::chrono::milliseconds limit) {
  std::string problem;
  try {
    asio::io_context io(1);
    std::string const line =
        run_to_end(io, status_line(place_of(listen_address), path, Deadline::after(limit)));
    if (is_ok(line)) return exit_met;
    problem = path + " answers " + line;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::fprintf(stderr, "%.*s: not healthy: %s\n", static_cast<int>(program.size()), program.data(),
               problem.c_str());
  return exit_missed;
}

}  // namespace fleet::app
