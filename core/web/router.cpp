#include "core/web/router.hpp"

#include <set>
#include <utility>

namespace fleet::web {

void Router::add(const std::string& method, const std::string& path, Handler handler) {
  paths_[path][method] = std::make_shared<const Handler>(std::move(handler));
}

void Router::set_fallback(Handler handler) { fallback_ = std::make_shared<const Handler>(std::move(handler)); }

Router::Match Router::find(const std::string& method, const std::string& path) const {
  Match match;
  auto const found = paths_.find(path);
  if (found == paths_.end()) {
    match.handler = fallback_;
    match.status = fallback_ ? 200 : 404;
    return match;
  }
  match.route = path;
  auto const& methods = found->second;
  auto handler = methods.find(method);
  if (handler == methods.end() && method == "HEAD") handler = methods.find("GET");
  if (handler != methods.end()) {
    match.handler = handler->second;
    return match;
  }
  std::set<std::string> allowed;
  for (auto const& [name, unused] : methods) allowed.insert(name);
  if (allowed.contains("GET")) allowed.insert("HEAD");
  for (auto const& name : allowed) match.allow += (match.allow.empty() ? "" : ", ") + name;
  match.status = 405;
  return match;
}

void set_target(Request& request, std::string_view target) {
  // Absolute form, which a server must accept (RFC 9112, 3.2.2).
  if (auto const scheme = target.find("://"); scheme != target.npos && target.find_first_of("/?") > scheme) {
    auto const path = target.find_first_of("/?", scheme + 3);
    target = path == target.npos ? std::string_view("/") : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  auto const mark = target.find('?');
  request.path = url_decode(target.substr(0, mark), false);
  if (request.path.empty()) request.path.push_back('/');
  request.query.clear();
  if (mark == target.npos) return;
  auto rest = target.substr(mark + 1);
  while (!rest.empty()) {
    auto const end = rest.find('&');
    auto const item = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    if (item.empty()) continue;
    auto const equals = item.find('=');
    auto const value = equals == item.npos ? std::string_view() : item.substr(equals + 1);
    request.query.emplace_back(url_decode(item.substr(0, equals), true), url_decode(value, true));
  }
}

}  // namespace fleet::web
