#include "probers/status/status_routes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <functional>
#include <set>
#include <utility>

#include "core/io/deadline.hpp"
#include "core/metrics/exposition.hpp"
#include "probers/status/assets.hpp"
#include "probers/status/rendering.hpp"

namespace fleet::probers::status {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_hold = 20s, longest_wait = 2s;
constexpr auto bell_interval = 50ms;
// Kept free for scrapes and for those who come.
constexpr std::size_t spare_connections = 112;

constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri "
    "'none'; "
    "form-action 'none'; frame-ancestors 'self'";

/// What a request asks for. A value: the request may be gone.
struct Wish {
  std::string page, after, etag;
  bool packed = false;
};

awaitable<web::Response> at_once(web::Response response) { co_return response; }

std::string etag_of(const std::string& version) { return "W/\"" + version + "\""; }

web::Response one_line(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

web::Response response_of(const Page& page, const std::string& version, const Wish& wish) {
  web::Response response;
  response.headers.emplace_back("ETag", etag_of(version));
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (wish.etag.find(etag_of(version)) != std::string::npos) {
    response.status = 304;
    return response;
  }
  response.content_type = page.type;
  if (page.type.starts_with("text/html")) {
    response.headers.emplace_back("Content-Security-Policy", policy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
  }
  if (wish.packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = wish.packed ? page.packed : page.body;
  return response;
}

/// Who waits for news, on the web thread. One timer looks for news for all of them, while there is anybody.
class Desk {
 public:
  Desk(web::Server& server, std::shared_ptr<PublishedViews> views, std::size_t connections)
      : server_(server), views_(std::move(views)), connections_(connections) {}

  /// The server takes no more: whoever is held must go, or the process waits for them.
  bool is_closing() const { return server_.addresses().empty(); }
  bool may_hold() const { return server_.open_connections() + spare_connections < connections_; }

  /// Waits until there may be news, or the deadline.
  static awaitable<void> wait(std::shared_ptr<Desk> desk, Deadline deadline);

 private:
  struct Signal {
    std::uint64_t status, clients;
    bool status_current, clients_current;
    friend bool operator==(const Signal&, const Signal&) = default;
  };
  Signal signal() const {
    return {views_->status.generation(), views_->clients.generation(), views_->status.is_current(),
            views_->clients.is_current()};
  }
  static awaitable<void> ring(std::shared_ptr<Desk> desk);

  web::Server& server_;
  std::shared_ptr<PublishedViews> views_;
  std::size_t connections_;
  std::set<asio::steady_timer*> waiting_;
  bool ringing_ = false;
};

awaitable<void> Desk::ring(std::shared_ptr<Desk> desk) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  // The first turn wakes everybody: there may have been news since they looked.
  Signal before{0, 0, false, false};
  bool first = true;
  while (!desk->waiting_.empty()) {
    timer.expires_after(bell_interval);
    co_await timer.async_wait(asio::use_awaitable);
    auto const now = desk->signal();
    if (!first && now == before && !desk->is_closing()) continue;
    first = false;
    before = now;
    for (auto* const waiter : desk->waiting_) waiter->cancel();
  }
  desk->ringing_ = false;
}

awaitable<void> Desk::wait(std::shared_ptr<Desk> desk, Deadline deadline) {
  auto const executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, deadline.when());
  struct Place {
    std::set<asio::steady_timer*>& waiting;
    asio::steady_timer* timer;
    ~Place() { waiting.erase(timer); }
  };
  desk->waiting_.insert(&timer);
  Place const place{desk->waiting_, &timer};
  if (!std::exchange(desk->ringing_, true)) asio::co_spawn(executor, ring(desk), asio::detached);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

bool has_news(const PublishedView& view, const std::string& after) {
  auto const pages = view.pages();
  return pages && view.is_current() && pages->version != after;
}

awaitable<web::Response> answer(std::shared_ptr<Desk> desk, PublishedView* view, Wish wish) {
  view->ask();
  bool const held = !wish.after.empty() && desk->may_hold();
  auto const deadline = Deadline::after(held ? longest_hold : longest_wait);
  while (!has_news(*view, wish.after) && !deadline.expired() && !desk->is_closing()) {
    // Nobody is held: the present version, if it is current, is the answer.
    if (!held && !wish.after.empty() && view->is_current()) break;
    co_await Desk::wait(desk, deadline);
  }
  auto const pages = view->pages();
  if (!pages) co_return one_line(503, "there is no page yet");
  if (pages->version == wish.after) co_return one_line(204, "");
  co_return response_of(pages->by_name.at(wish.page), pages->version, wish);
}

void add_view_route(web::Server& server, const std::shared_ptr<Desk>& desk, PublishedView& view,
                    std::string path, std::string page) {
  server.route("GET", std::move(path), [desk, &view, page](const web::Request& request) {
    Wish wish;
    wish.page = page;
    wish.etag = request.header("If-None-Match");
    wish.packed = accepts_gzip(request.header("Accept-Encoding"));
    if (page != "page" && page != "atom") wish.after = request.parameter("after");
    return answer(desk, &view, std::move(wish));
  });
}

void add_asset_route(web::Server& server, std::string path, std::string type, std::string_view text) {
  auto const page = std::make_shared<const Page>(packed_page(std::move(type), std::string(text)));
  char version[32];
  std::snprintf(version, sizeof version, "%016zx", std::hash<std::string_view>()(text));
  server.route("GET", std::move(path), [page, version = std::string(version)](const web::Request& request) {
    Wish wish;
    wish.etag = request.header("If-None-Match");
    wish.packed = accepts_gzip(request.header("Accept-Encoding"));
    return at_once(response_of(*page, version, wish));
  });
}

}  // namespace

void add_status_routes(web::Server& server, std::shared_ptr<PublishedViews> views, std::size_t connections) {
  auto const desk = std::make_shared<Desk>(server, views, connections);
  add_view_route(server, desk, views->status, "/status", "page");
  add_view_route(server, desk, views->status, "/status/live", "live");
  add_view_route(server, desk, views->status, "/status.json", "json");
  add_view_route(server, desk, views->clients, "/status/public", "page");
  add_view_route(server, desk, views->clients, "/status/public/live", "live");
  add_view_route(server, desk, views->clients, "/status/public.json", "json");
  add_view_route(server, desk, views->clients, "/status/public.atom", "atom");
  add_asset_route(server, "/status/status.css", "text/css; charset=utf-8", assets::status_css);
  add_asset_route(server, "/status/status.js", "text/javascript; charset=utf-8", assets::status_js);
}

}  // namespace fleet::probers::status
