// Servers that refuse, hang, lie, drip or never end: each failure has its step and its kind.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/http/client.hpp"
#include "tests/core/http/raw_server.hpp"
#include "tests/core/http/sending.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// Reads the request, answers `bytes`, closes.
std::function<void(Peer&)> answering(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.read_head();
    peer.send(bytes);
  };
}

std::string outcome_of_answer(const std::string& bytes) {
  RawServer server(answering(bytes));
  return outcome(failure_of(request_to(server.port())));
}

http::Response response_to(const std::string& bytes) {
  RawServer server(answering(bytes));
  return send(request_to(server.port()));
}

}  // namespace

TEST_CASE("nobody listens") {
  std::uint16_t port;
  close(listening_socket(1, port));
  auto const failure = failure_of(request_to(port));
  CHECK(outcome(failure) == "connect refused");
  CHECK_THAT(failure.what(), Contains("connect 127.0.0.1:" + std::to_string(port)) && Contains("refused"));
  CHECK(failure.phases.connect > 0ns);
  CHECK(failure.phases.processing == 0ns);
}

TEST_CASE("a name that does not exist") {
  auto const failure = failure_of(request_to(80, "/?token=secret", false, "no..such..name"));
  CHECK(outcome(failure) == "resolve name");
  CHECK(failure.phases.resolve > 0ns);
  CHECK(std::string(failure.what()).find("secret") == std::string::npos);
}

TEST_CASE("a server too busy to accept") {
  std::uint16_t port;
  int const listener = listening_socket(0, port);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(port);
  // More than the backlog takes; the last of them, like the client after them, hang in connect.
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    connect(fillers.back(), reinterpret_cast<sockaddr*>(&name), sizeof name);
  }
  auto const failure = failure_of(request_to(port), {}, 200ms);
  CHECK(outcome(failure) == "connect timeout");
  CHECK(failure.phases.connect >= 190ms);
  for (int const fd : fillers) close(fd);
  close(listener);
}

TEST_CASE("a server that accepts and hangs") {
  std::atomic<bool> saw_close = false;
  RawServer server([&](Peer& peer) { saw_close = peer.sees_close(); });
  auto const failure = failure_of(request_to(server.port()), {}, 150ms);
  CHECK(outcome(failure) == "processing timeout");
  CHECK(failure.phases.processing >= 100ms);
  CHECK(failure.phases.processing < 5s);
  CHECK(wait_until([&] { return server.served() == 1; }));
  CHECK(saw_close);
}

TEST_CASE("a deadline that has passed already") {
  RawServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  CHECK(outcome(failure_of(request_to(server.port()), {}, 0ms)) == "resolve timeout");
}

TEST_CASE("a server that does not take the request") {
  std::atomic<bool> done = false;
  RawServer server([&](Peer&) { wait_until([&] { return done.load(); }); });
  auto request = request_to(server.port());
  request.method = "POST";
  request.body.assign(64 * 1024 * 1024, 'x');
  auto const failure = failure_of(request, {}, 300ms);
  done = true;
  CHECK(outcome(failure) == "send timeout");
}

TEST_CASE("a server that answers before it has taken the whole request") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    shutdown(peer.fd(), SHUT_WR);
    peer.sees_close();
  });
  auto request = request_to(server.port());
  request.method = "POST";
  request.body.assign(8 * 1024 * 1024, 'x');
  CHECK(send(request).status == 413);
}

TEST_CASE("a server that resets") {
  SECTION("at once") {
    RawServer server([](Peer& peer) { peer.reset_on_close(); });
    CHECK(failure_of(request_to(server.port())).kind == http::FailureKind::reset);
  }
  SECTION("after the request") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      peer.reset_on_close();
    });
    CHECK(outcome(failure_of(request_to(server.port()))) == "processing reset");
  }
  SECTION("within the body") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
      peer.reset_on_close();
    });
    CHECK(failure_of(request_to(server.port())).kind == http::FailureKind::reset);
  }
}

TEST_CASE("a server that closes early") {
  CHECK(outcome_of_answer("") == "processing reset");
  CHECK(outcome_of_answer("HTTP/1.1 200 OK\r\nContent-Le") == "processing reset");
  CHECK(outcome_of_answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") == "transfer reset");
  CHECK(outcome_of_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab") == "transfer reset");
  CHECK(outcome_of_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n") ==
        "transfer reset");
}

TEST_CASE("answers that are not HTTP") {
  for (std::string const answer :
       {"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "-ERR unknown command\r\n", "<html></html>\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "\x15\x03\x01\x01\x02\x02\x46\r\n\r\n"}) {
    INFO(answer);
    CHECK(outcome_of_answer(answer) == "processing protocol");
  }
  CHECK(outcome_of_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") ==
        "transfer protocol");
}

TEST_CASE("answers without an end") {
  std::string const block(16 * 1024, 'x');
  auto const forever = [&](std::string begin) {
    return [&block, begin = std::move(begin)](Peer& peer) {
      peer.read_head();
      peer.send(begin);
      while (peer.send(block)) {
      }
    };
  };
  SECTION("a body") {
    RawServer server(forever("HTTP/1.1 200 OK\r\n\r\n"));
    CHECK(outcome(failure_of(request_to(server.port()))) == "transfer too_large");
  }
  SECTION("a body of a length that nobody wants") {
    RawServer server(forever("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"));
    CHECK(outcome(failure_of(request_to(server.port()))) == "transfer too_large");
  }
  SECTION("one chunk") {
    RawServer server(forever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"));
    CHECK(outcome(failure_of(request_to(server.port()))) == "transfer too_large");
  }
  SECTION("a head") {
    RawServer server(forever("HTTP/1.1 200 OK\r\nX: "));
    CHECK(outcome(failure_of(request_to(server.port()))) == "processing too_large");
  }
  SECTION("interim responses") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      while (peer.send("HTTP/1.1 102 Processing\r\n\r\n")) {
      }
    });
    CHECK(outcome(failure_of(request_to(server.port()))) == "processing protocol");
  }
  SECTION("a body that drips past the deadline") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      wait_until([&] { return !peer.send("x"); });
    });
    auto const begun = Deadline::Clock::now();
    CHECK(outcome(failure_of(request_to(server.port()), {}, 200ms)) == "transfer timeout");
    CHECK(Deadline::Clock::now() - begun < 5s);
  }
}

TEST_CASE("unusual answers that are right") {
  CHECK(response_to("HTTP/1.1 200 OK\r\n\r\nuntil the end").body == "until the end");
  CHECK(response_to("HTTP/1.0 200 OK\r\n\r\nold").body == "old");
  CHECK(response_to("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok").body == "ok");
  CHECK(response_to("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more").body == "ok");
  CHECK(response_to(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n")
            .body == "abcde");
  CHECK(response_to("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n").body.empty());
  auto const late = response_to(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(late.status == 200);
  CHECK(late.header("Link").empty());
  CHECK(response_to("HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n").status == 599);
}

TEST_CASE("an answer one byte at a time") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    int const at_once = 1;
    setsockopt(peer.fd(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    for (char const c : std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"))
      peer.send(std::string(1, c));
  });
  auto const response = send(request_to(server.port()));
  CHECK(response.body == "hello");
  CHECK(response.header("x") == "y");
}

TEST_CASE("frames without an end around a body") {
  std::string const block(16 * 1024, 'x');
  std::string begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  SECTION("a chunk's extension") { begin += "5;"; }
  SECTION("trailers") { begin += "1\r\nx\r\n0\r\nX: "; }
  RawServer server([&](Peer& peer) {
    peer.read_head();
    peer.send(begin);
    while (peer.send(block)) {
    }
  });
  CHECK(outcome(failure_of(request_to(server.port()))) == "transfer too_large");
}

TEST_CASE("processing ends with the first byte of the final response") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    std::this_thread::sleep_for(60ms);
    peer.send("HTTP/1.1 200 OK\r\n");
    std::this_thread::sleep_for(120ms);
    peer.send("Content-Length: 2\r\n\r\nok");
  });
  auto const phases = send(request_to(server.port())).phases;
  CHECK(phases.processing >= 55ms);
  CHECK(phases.processing < 175ms);
  CHECK(phases.transfer >= 115ms);
}

TEST_CASE("events arrive while the response goes on") {
  std::atomic<bool> seen = false;
  RawServer server([&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n");
    wait_until([&] { return seen.load(); });
    peer.send("3\r\nyes\r\n0\r\n\r\n");
  });
  std::string text;
  auto request = request_to(server.port());
  request.on_body = [&](std::string_view bytes) {
    text += bytes;
    seen = text == "data: ";
    return true;
  };
  CHECK(send(request).status == 200);
  CHECK(text == "data: yes");
}

TEST_CASE("a caller that gives up before the deadline") {
  RawServer server([](Peer& peer) { peer.sees_close(); });
  asio::io_context io;
  http::Client client;
  auto work = client.send(request_to(server.port()), Deadline::after(1h));
  auto const begun = Deadline::Clock::now();
  CHECK_THROWS_AS(run_on(io, before(Deadline::after(100ms), std::move(work), "the probe")), Timeout);
  CHECK(Deadline::Clock::now() - begun < 5s);
  CHECK(wait_until([&] { return server.served() == 1; }));
}

TEST_CASE("client and io_context are destroyed with requests in flight") {
  RawServer server([](Peer& peer) { peer.sees_close(); });
  {
    asio::io_context io;
    {
      http::Client client;
      for (int i = 0; i < 3; ++i)
        asio::co_spawn(io, client.send(request_to(server.port()), Deadline::after(1h)),
                       [](std::exception_ptr, http::Response) { FAIL("no outcome is possible"); });
      io.run_for(50ms);
    }
    io.run_for(10ms);
  }
  CHECK(wait_until([&] { return server.served() == 3; }));
}
