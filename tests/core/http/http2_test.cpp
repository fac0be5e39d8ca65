// HTTP/2 against a real session of nghttp2 on the other side, well-behaved and not.
#include <catch2/catch.hpp>

#include "core/http/client.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/core/http/http2_server.hpp"
#include "tests/core/http/sending.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

http::Response send_over(http::ClientOptions options, http::Request request,
                         std::chrono::milliseconds patience = 10s) {
  asio::io_context io;
  http::Client client(std::move(options));
  return run_on(io, client.send(std::move(request), Deadline::after(patience)));
}

http::ClientOptions with(http::Http2 http2) {
  http::ClientOptions options;
  options.http2 = http2;
  options.tls.insecure_skip_verify = true;
  return options;
}

http::Response required(http::Request request, std::chrono::milliseconds patience = 10s) {
  return send_over(with(http::Http2::required), std::move(request), patience);
}

http::Failure required_failure(http::Request request, std::chrono::milliseconds patience = 10s) {
  try {
    auto const response = required(std::move(request), patience);
    throw std::logic_error("expected a failure, got status " + std::to_string(response.status));
  } catch (const http::Failure& failure) {
    return failure;
  }
}

/// A server of one request a connection, by prior knowledge.
std::function<void(Peer&)> speaking(std::function<void(Http2Peer&)> serve, bool whole = true) {
  return [serve = std::move(serve), whole](Peer& peer) {
    Http2Peer http2(peer, nullptr);
    if (!http2.read_request(whole)) return;
    serve(http2);
    http2.finish();
  };
}

std::string text_of(const Http2Headers& headers) {
  std::string text;
  for (auto const& [name, value] : headers) text += name + ": " + value + "\n";
  return text;
}

}  // namespace

TEST_CASE("HTTP/2 by prior knowledge: what is sent and what comes back") {
  std::string seen;
  RawServer server(speaking([&](Http2Peer& peer) {
    seen = text_of(peer.headers) + peer.body;
    peer.respond({{":status", "200"}, {"content-type", "application/grpc"}, {"x-two", "1"}, {"x-two", "2"}},
                 "answer", {{"grpc-status", "0"}, {"grpc-message", "fine"}});
  }));
  auto request = request_to(server.port(), "/a?b=c");
  request.method = "POST";
  request.headers = {{"TE", "trailers"}, {"Connection", "close"}, {"X-Own", "Value"}};
  request.body = "question";
  auto const response = required(request);
  auto const port = std::to_string(server.port());
  CHECK(seen == ":method: POST\n:scheme: http\n:authority: 127.0.0.1:" + port +
                    "\n:path: /a?b=c\nuser-agent: legalllm-fleet\ncontent-length: 8\nte: trailers\nx-own: "
                    "Value\nquestion");
  CHECK(response.status == 200);
  CHECK(response.version == "2.0");
  CHECK(response.header("Content-Type") == "application/grpc");
  CHECK(std::ranges::count(response.headers, "x-two", &std::pair<std::string, std::string>::first) == 2);
  CHECK(response.body == "answer");
  CHECK(response.body_bytes == 6);
  CHECK(response.trailers == Http2Headers{{"grpc-status", "0"}, {"grpc-message", "fine"}});
  CHECK(response.phases.connect > 0ns);
  CHECK(response.phases.processing > 0ns);
  REQUIRE(response.peer.address);
  CHECK(response.peer.address->to_string() == "127.0.0.1");
}

TEST_CASE("HTTP/2: bodies above every window, both ways") {
  RawServer server(speaking([](Http2Peer& peer) { peer.respond({{":status", "200"}}, peer.body); }));
  auto request = request_to(server.port());
  request.method = "PUT";
  for (int i = 0; request.body.size() < 3'000'000; ++i) request.body += std::to_string(i);
  auto const response = required(request);
  CHECK(response.body == request.body);
  CHECK(response.body_bytes == request.body.size());
}

TEST_CASE("HTTP/2: the body as it arrives, and no more than is wanted") {
  RawServer server(speaking([](Http2Peer& peer) {
    peer.respond({{":status", "200"}, {"content-length", "200000"}}, std::string(200'000, 'x'));
  }));
  auto request = request_to(server.port());
  request.max_body_bytes = 10;  // does not count for who takes it himself
  std::size_t taken = 0;
  int status = 0;
  request.on_head = [&](const http::Response& head) { status = head.status; };
  SECTION("all") {
    request.on_body = [&](std::string_view bytes) { return taken += bytes.size(), status == 200; };
    auto const response = required(request);
    CHECK(taken == 200'000);
    CHECK(response.body.empty());
    CHECK(response.content_length == 200'000);
  }
  SECTION("enough") {
    request.on_body = [&](std::string_view bytes) { return taken += bytes.size(), false; };
    auto const response = required(request);
    CHECK(response.status == 200);
    CHECK(taken > 0);
    CHECK(taken < 200'000);
  }
  SECTION("too much") {
    auto const failure = required_failure(request);
    CHECK(outcome(failure) == "transfer too_large");
  }
}

TEST_CASE("HTTP/2: interim responses, empty ones, HEAD") {
  SECTION("interim") {
    RawServer server(speaking([](Http2Peer& peer) {
      peer.send_head({{":status", "103"}, {"link", "x"}});
      peer.respond({{":status", "204"}}, "");
    }));
    auto const response = required(request_to(server.port()));
    CHECK(response.status == 204);
    CHECK(response.header("link").empty());
  }
  SECTION("interim without end") {
    RawServer server(speaking([](Http2Peer& peer) {
      for (int i = 0; i < 20; ++i) peer.send_head({{":status", "103"}});
    }));
    CHECK(outcome(required_failure(request_to(server.port()))) == "processing protocol");
  }
  SECTION("HEAD") {
    RawServer server(speaking([](Http2Peer& peer) {
      peer.respond({{":status", "200"}, {"content-length", "100000000"}}, "");
    }));
    auto request = request_to(server.port());
    request.method = "HEAD";
    CHECK(required(request).content_length == 100'000'000);
  }
}

TEST_CASE("HTTP/2: an answer before the request was taken") {
  RawServer server(speaking([](Http2Peer& peer) { peer.respond({{":status", "413"}}, "big"); }, false));
  auto request = request_to(server.port());
  request.method = "POST";
  request.body.assign(4'000'000, 'x');
  auto const response = required(request);
  CHECK(response.status == 413);
  CHECK(response.body == "big");
}

TEST_CASE("HTTP/2: servers that give up, lie or hang") {
  SECTION("a reset stream") {
    RawServer server(speaking([](Http2Peer& peer) { peer.reset_stream(NGHTTP2_INTERNAL_ERROR); }));
    auto const failure = required_failure(request_to(server.port()));
    CHECK(outcome(failure) == "processing reset");
    CHECK_THAT(failure.what(), Contains("INTERNAL_ERROR"));
  }
  SECTION("a server that goes away") {
    RawServer server(speaking([](Http2Peer& peer) { peer.go_away(0, NGHTTP2_ENHANCE_YOUR_CALM); }));
    auto const failure = required_failure(request_to(server.port()));
    CHECK(outcome(failure) == "processing reset");
    CHECK_THAT(failure.what(), Contains("ENHANCE_YOUR_CALM"));
  }
  SECTION("a reset within the body") {
    RawServer server(speaking([](Http2Peer& peer) {
      peer.send_head({{":status", "200"}});
      peer.reset_stream(NGHTTP2_CANCEL);
    }));
    CHECK(outcome(required_failure(request_to(server.port()))) == "transfer reset");
  }
  SECTION("the end of the connection") {
    RawServer server([](Peer& peer) { Http2Peer(peer, nullptr).read_request(); });
    CHECK(outcome(required_failure(request_to(server.port()))) == "processing reset");
  }
  SECTION("an endless head") {
    RawServer server(speaking([](Http2Peer& peer) {
      Http2Headers many{{":status", "200"}};
      for (int i = 0; i < 100; ++i) many.emplace_back("x-" + std::to_string(i), std::string(1000, 'x'));
      peer.send_head(many);
    }));
    CHECK(outcome(required_failure(request_to(server.port()))) == "processing too_large");
  }
  SECTION("HTTP/1.1") {
    RawServer server([](Peer& peer) {
      peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      peer.sees_close();
    });
    CHECK(outcome(required_failure(request_to(server.port()))) == "processing protocol");
  }
  SECTION("settings and no answer") {
    RawServer server(speaking([](Http2Peer&) {}));
    auto const begun = Deadline::Clock::now();
    CHECK(outcome(required_failure(request_to(server.port()), 200ms)) == "processing timeout");
    CHECK(Deadline::Clock::now() - begun < 5s);
    CHECK(wait_until([&] { return server.served() == 1; }));
  }
  SECTION("a window that never opens") {
    RawServer server([](Peer& peer) {
      peer.send(std::string_view("\0\0\0\4\0\0\0\0\0", 9));  // empty SETTINGS, then silence
      peer.sees_close();
    });
    auto request = request_to(server.port());
    request.method = "POST";
    request.body.assign(1'000'000, 'x');
    CHECK(outcome(required_failure(request, 200ms)) == "send timeout");
  }
}

TEST_CASE("HTTP/2 by agreement in TLS") {
  auto const identity = make_identity({"server", "DNS:localhost,IP:127.0.0.1"});
  auto const serve_http2 = [](Peer& peer, SSL* ssl) {
    Http2Peer http2(peer, ssl);
    if (!http2.read_request()) return;
    http2.respond({{":status", "200"}}, "two");
    http2.finish();
  };
  auto const serve_http1 = [](Peer&, SSL* ssl) {
    char request[4096];
    if (SSL_read(ssl, request, sizeof request) <= 0) return;
    std::string_view const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none";
    SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
  };
  SECTION("taken") {
    AlpnServer server(identity, "h2", serve_http2);
    auto const response = send_over(with(http::Http2::offer), request_to(server.port(), "/", true));
    CHECK(response.version == "2.0");
    CHECK(response.body == "two");
    REQUIRE(response.peer.tls);
    CHECK(response.peer.tls->alpn == "h2");
    CHECK(response.earliest_certificate_expiry);
    CHECK(required(request_to(server.port(), "/", true)).body == "two");
  }
  SECTION("not taken") {
    AlpnServer server(identity, "http/1.1", serve_http1);
    CHECK(send_over(with(http::Http2::offer), request_to(server.port(), "/", true)).version == "1.1");
    CHECK(send_over(with(http::Http2::off), request_to(server.port(), "/", true)).version == "1.1");
    CHECK(outcome(required_failure(request_to(server.port(), "/", true))) == "tls protocol");
  }
  SECTION("not offered on plain http") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    CHECK(send_over(with(http::Http2::offer), request_to(server.port())).version == "1.1");
  }
}
