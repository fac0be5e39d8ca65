// Which handler takes a request; plain data, no sockets.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/web/server.hpp"

namespace fleet::web {

/// Exact paths only. Handlers are shared, so that one that is replaced while it runs lives until it ends.
class Router {
 public:
  struct Match {
    std::shared_ptr<const Handler> handler;  ///< null: answer `status`
    int status = 200;
    std::string allow;  ///< for 405: "GET, HEAD"
    std::string route;  ///< the registered path, "" for the fallback; safe to log, unlike what a client sent
  };

  /// A second handler for the same method and path replaces the first.
  void add(const std::string& method, const std::string& path, Handler handler);
  void set_fallback(Handler handler);
  /// HEAD falls back to GET; a known path with another method is 405, an unknown path is the fallback's or 404.
  Match find(const std::string& method, const std::string& path) const;

 private:
  std::map<std::string, std::map<std::string, std::shared_ptr<const Handler>>> paths_;
  std::shared_ptr<const Handler> fallback_;
};

/// Fills path and query from a request target: "/a?b=c", "http://host/a?b=c" or "*".
void set_target(Request& request, std::string_view target);

}  // namespace fleet::web
