// TLS, and passwords that change.
#include <openssl/pem.h>

#include <catch2/catch.hpp>

#include "core/redis/connection.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::redis {
namespace {

using testing::PemFile;
using testing::RedisServer;

std::string key_pem(const testing::Identity& identity) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  auto const size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A Redis that speaks nothing but TLS beside its plain port, and wants no certificate of its clients.
struct TlsRedis {
  testing::Identity identity =
      testing::make_identity({.common_name = "redis", .names = "DNS:localhost,IP:127.0.0.1"});
  PemFile certificate{identity.pem()};
  PemFile key{key_pem(identity)};
  std::uint16_t port = testing::free_port();
  RedisServer server{{.append_only = false,
                      .arguments = {"--tls-port", std::to_string(port), "--tls-cert-file", certificate.path(),
                                    "--tls-key-file", key.path(), "--tls-ca-cert-file", certificate.path(),
                                    "--tls-auth-clients", "no"}}};
};

Pipeline ping() {
  Pipeline pipeline;
  pipeline.add({"PING"});
  return pipeline;
}

std::string ask(asio::io_context& io, Client& client) {
  auto const replies = testing::run_on(io, client.run(ping(), Deadline::after(std::chrono::seconds(5))));
  return std::string(replies[0].text());
}

TEST_CASE("TLS: verified, kept over calls, refused where it is not trusted") {
  TlsRedis redis;
  asio::io_context io;
  Options options;
  options.port = redis.port;
  options.client_name = "tls-test";
  options.tls = Tls({.ca_file = redis.certificate.path()});
  Client client(io.get_executor(), options);
  CHECK(ask(io, client) == "PONG");
  CHECK(client.connect_time() > std::chrono::nanoseconds(0));
  auto const id = [&] { return redis.server.command({"CLIENT", "LIST"}); };
  auto const first = id();
  CHECK(first.find("name=tls-test") != std::string::npos);
  for (int n = 0; n < 3; ++n) CHECK(ask(io, client) == "PONG");
  // The same connection: session tickets have not passed for unasked bytes.
  auto const line = [](const std::string& list) {
    auto const name = list.find("name=tls-test");
    auto const begin = list.rfind("id=", name);
    return list.substr(begin, list.find(' ', begin) - begin);
  };
  CHECK(line(id()) == line(first));

  options.tls = Tls(TlsSettings{});
  Client distrusting(io.get_executor(), options);
  CHECK_THROWS_WITH(ask(io, distrusting), Catch::Contains("certificate"));
  options.tls = Tls({.server_name = "another.example", .insecure_skip_verify = true});
  Client careless(io.get_executor(), options);
  CHECK(ask(io, careless) == "PONG");
  options.port = redis.server.port();
  options.connect_timeout = std::chrono::milliseconds(300);
  Client to_plain(io.get_executor(), options);
  CHECK_THROWS(ask(io, to_plain));
}

TEST_CASE("a server killed under TLS is reached again by the next call") {
  TlsRedis redis;
  asio::io_context io;
  Options options;
  options.port = redis.port;
  options.tls = Tls({.ca_file = redis.certificate.path()});
  Client client(io.get_executor(), options);
  CHECK(ask(io, client) == "PONG");
  redis.server.restart();
  REQUIRE(testing::accepts(redis.port));
  CHECK(ask(io, client) == "PONG");
}

TEST_CASE("a password file is read for each connection") {
  RedisServer server({.append_only = false, .arguments = {"--requirepass", "first"}});
  testing::TemporaryDirectory directory;
  auto const file = directory.write("password", "first\n");
  asio::io_context io;
  auto options = read_options(
      config::Document::parse("{address: '" + server.address() + "', password_file: " + file + "}", "x").root(),
      "me");
  Client client(io.get_executor(), options);
  CHECK(ask(io, client) == "PONG");
  directory.write("password", "second\n");
  CHECK(ask(io, client) == "PONG");  // on the open connection
  server.stop();
  server.start();
  CHECK_THROWS_WITH(ask(io, client), Catch::StartsWith("WRONGPASS"));
  directory.write("password", "first");
  CHECK(ask(io, client) == "PONG");
  std::filesystem::remove(file);
  server.restart();
  CHECK_THROWS_WITH(ask(io, client), Catch::Contains("password file " + file + ": No such file or directory"));
}

TEST_CASE("addresses as URLs") {
  Options options;
  CHECK(read_server_address("redis://watcher@10.0.0.1:7000/3", options) == std::nullopt);
  CHECK(options.address() == "10.0.0.1:7000");
  CHECK(options.username == "watcher");
  CHECK(options.database == 3);
  CHECK_FALSE(options.tls);
  CHECK(read_server_address("rediss://[::1]:7001", options) == std::nullopt);
  CHECK(options.host == "::1");
  CHECK(options.tls);
  CHECK(read_server_address("redis://me:hush@a:1", options)->find("hush") == std::string::npos);
  for (auto const* text :
       {"http://a:1", "redis://", "redis://a:0", "redis://a:1/x", "redis://a:1/-1", "a:b", ":1", "[::1"})
    CHECK(read_server_address(text, options) != std::nullopt);
}

}  // namespace
}  // namespace fleet::redis
