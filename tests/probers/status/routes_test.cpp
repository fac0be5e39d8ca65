// The routes as browsers and programs meet them, on a real server.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "core/io/descriptor_limit.hpp"
#include "probers/status/rendering.hpp"
#include "probers/status/status_routes.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers::status;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Pages> pages_of(const std::string& version) {
  auto pages = std::make_shared<Pages>();
  pages->version = version;
  for (std::string const name : {"page", "live", "json", "atom"})
    pages->by_name.emplace(name, packed_page(name == "json" ? "application/json" : "text/html; charset=utf-8",
                                             name + " of " + version));
  return pages;
}

/// A web thread with the routes, and a thread that keeps confirming the views, as the status thread does.
class Served {
 public:
  explicit Served(std::size_t connections = 2048) : guard_(io_.get_executor()) {
    web::Limits limits;
    limits.connections = connections;
    server_.set_limits(limits);
    add_status_routes(server_, views_, connections);
    server_.listen("127.0.0.1:0");
    auto const address = server_.addresses().at(0);
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    web_ = std::thread([this] { io_.run(); });
    keeper_ = std::thread([this] {
      while (!done_) {
        if (!asleep_) confirm();
        std::this_thread::sleep_for(10ms);
      }
    });
  }
  ~Served() {
    done_ = true;
    keeper_.join();
    asio::post(io_, [this] { server_.close(); });
    guard_.reset();
    web_.join();
  }
  HttpAnswer get(const std::string& path, const std::map<std::string, std::string>& headers = {}) const {
    return http_get(port_, path, headers);
  }
  std::size_t connections() {
    std::promise<std::size_t> count;
    asio::post(io_, [&] { count.set_value(server_.open_connections()); });
    return count.get_future().get();
  }
  void stop_server() {
    asio::post(io_, [this] { server_.stop(); });
  }
  /// From now on nobody keeps the views up to date.
  void sleep() { asleep_ = true; }
  PublishedViews& views() { return *views_; }
  std::uint16_t port() const { return port_; }

 private:
  void confirm() {
    views_->status.confirm();
    views_->clients.confirm();
  }

  std::shared_ptr<PublishedViews> views_ = std::make_shared<PublishedViews>();
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  web::Server server_{io_};
  std::uint16_t port_ = 0;
  std::atomic<bool> done_{false}, asleep_{false};
  std::thread web_, keeper_;
};

/// One connection that asks and reads later.
class Viewer {
 public:
  Viewer(asio::io_context& io, std::uint16_t port, const std::string& path) : socket_(io) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket_, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"));
  }
  std::string status_line() {
    asio::streambuf buffer;
    asio::read_until(socket_, buffer, "\r\n");
    std::istream in(&buffer);
    std::string line;
    std::getline(in, line);
    return line;
  }

 private:
  asio::ip::tcp::socket socket_;
};

}  // namespace

TEST_CASE(
    "each form at its path, packed for those who take it, with a policy that lets nothing in from elsewhere") {
  Served served;
  served.views().status.publish(pages_of("v1"));
  served.views().clients.publish(pages_of("c1"));
  CHECK(served.get("/status").body == "page of v1");
  CHECK(served.get("/status/live").body == "live of v1");
  CHECK(served.get("/status.json").body == "json of v1");
  CHECK(served.get("/status/public").body == "page of c1");
  CHECK(served.get("/status/public/live").body == "live of c1");
  CHECK(served.get("/status/public.json").body == "json of c1");
  CHECK(served.get("/status/public.atom").body == "atom of c1");
  auto const packed = served.get("/status", {{"Accept-Encoding", "gzip"}});
  CHECK(packed.headers.at("content-encoding") == "gzip");
  CHECK(packed.body.starts_with("\x1f\x8b"));
  CHECK(packed.headers.at("content-security-policy").starts_with("default-src 'none'"));
  CHECK(packed.headers.at("vary") == "Accept-Encoding");
  CHECK(served.get("/status/status.css").headers.at("content-type").starts_with("text/css"));
  CHECK(served.get("/status/status.js").body.find("morph") != std::string::npos);
  CHECK(served.get("/status/other").status == 404);
}

TEST_CASE("what a client has already is 304") {
  Served served;
  served.views().status.publish(pages_of("v1"));
  auto const etag = served.get("/status").headers.at("etag");
  CHECK(served.get("/status", {{"If-None-Match", etag}}).status == 304);
  served.views().status.publish(pages_of("v2"));
  CHECK(served.get("/status", {{"If-None-Match", etag}}).body == "page of v2");
  auto const asset = served.get("/status/status.css").headers.at("etag");
  CHECK(served.get("/status/status.css", {{"If-None-Match", asset}}).status == 304);
}

TEST_CASE("an answer to ?after= is held back until there is another version") {
  Served served;
  served.views().status.publish(pages_of("v1"));
  CHECK(served.get("/status/live?after=v0").body == "live of v1");
  auto held = std::async(std::launch::async, [&] { return served.get("/status/live?after=v1").body; });
  REQUIRE(wait_until([&] { return served.views().status.is_wanted(); }));
  CHECK(held.wait_for(0s) == std::future_status::timeout);
  served.views().status.publish(pages_of("v2"));
  CHECK(held.get() == "live of v2");
}

TEST_CASE("before the first page, and when nobody renders: an answer all the same, in bounded time") {
  Served served;
  served.sleep();
  CHECK(served.get("/status").status == 503);
  CHECK(served.views().status.is_wanted());
  CHECK_FALSE(served.views().clients.is_wanted());
  served.views().status.publish(pages_of("v1"));
  REQUIRE(wait_until([&] { return !served.views().status.is_current(); }));
  // Old, but the last that is known.
  CHECK(served.get("/status").body == "page of v1");
}

TEST_CASE("whoever is held lets a server that closes go") {
  Served served;
  served.views().status.publish(pages_of("v1"));
  auto held = std::async(std::launch::async, [&] { return served.get("/status/live?after=v1").status; });
  REQUIRE(wait_until([&] { return served.views().status.is_wanted(); }));
  served.stop_server();
  CHECK(held.get() == 204);
  CHECK(wait_until([&] { return served.connections() == 0; }));
}

TEST_CASE("near the server's limit nobody is held, so that there is room for a scrape") {
  Served served(112);
  served.views().status.publish(pages_of("v1"));
  CHECK(served.get("/status/live?after=v1").status == 204);
  CHECK(served.get("/status/live?after=v0").status == 200);
}

TEST_CASE("five hundred viewers wait, hear of one change, and others are answered meanwhile") {
  REQUIRE(io::raise_descriptor_limit() >= 1500);
  Served served;
  served.views().status.publish(pages_of("v1"));
  asio::io_context io;
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 500; ++i)
    viewers.push_back(std::make_unique<Viewer>(io, served.port(), "/status/live?after=v1"));
  REQUIRE(wait_until([&] { return served.connections() == 500; }));
  CHECK(served.get("/status.json").body == "json of v1");
  served.views().status.publish(pages_of("v2"));
  int answered = 0;
  for (auto const& viewer : viewers) answered += viewer->status_line().starts_with("HTTP/1.1 200") ? 1 : 0;
  CHECK(answered == 500);
}
