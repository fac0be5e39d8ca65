#include "probers/http/proxy_choice.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <stdexcept>

#include "core/config/document.hpp"
#include "core/http/ascii_case.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<asio::ip::address> address_of(const std::string& host) {
  boost::system::error_code error;
  auto const address = asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return address;
}

bool is_loopback(const http::Url& url) {
  auto const address = address_of(url.host);
  return url.host == "localhost" || (address && address->is_loopback());
}

/// "%40" in a user name or password.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.front() != '%') {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    auto const code = parse_number<unsigned>(text.substr(1, 2), 16);
    if (!code) return std::nullopt;
    result += static_cast<char>(*code);
    text.remove_prefix(3);
  }
  return result;
}

std::string from_environment(const char* upper_name, const char* lower_name) {
  for (auto const* const name : {upper_name, lower_name})
    if (auto const* const text = std::getenv(name); text && *text) return text;
  return {};
}

std::optional<http::Proxy> proxy_of_environment(const config::Value& place, const char* upper_name,
                                                const char* lower_name) {
  auto const text = from_environment(upper_name, lower_name);
  if (text.empty()) return std::nullopt;
  auto proxy = parse_proxy_url(text);
  // The value may hold a password: it is not shown.
  if (!proxy) place.fail(std::string("expected a proxy's URL in the environment variable ") + upper_name);
  return proxy;
}

NoProxy read_no_proxy(const config::Value& place, std::string_view list) {
  try {
    return NoProxy(list);
  } catch (const std::invalid_argument& error) {
    place.fail(error.what());
  }
}

std::vector<std::pair<std::string, config::Secret>> read_connect_headers(const config::Value& value) {
  std::vector<std::pair<std::string, config::Secret>> headers;
  for (auto const& [name, texts] : value.entries()) {
    std::vector<config::Value> all;
    if (texts.is_list())
      all = texts.list();
    else
      all.push_back(texts);
    for (auto const& text : all) headers.emplace_back(name.non_empty_text(), config::Secret(text.text()));
  }
  return headers;
}

}  // namespace

NoProxy::NoProxy(std::string_view list) {
  while (!list.empty()) {
    auto const end = std::min(list.find(','), list.size());
    auto const text = http::ascii_lower(trimmed(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (text.empty()) continue;
    if (text == "*") {
      all_ = true;
      continue;
    }
    Entry entry;
    auto name = text;
    if (text.find('/') == text.npos && !address_of(text)) {
      auto const colon = text.rfind(':');
      if (colon != text.npos) {
        entry.port = text.substr(colon + 1);
        name = text.substr(0, colon);
        bool const number =
            !entry.port.empty() && entry.port.find_first_not_of("0123456789") == std::string::npos;
        if (!number) throw std::invalid_argument("`" + text + "`: expected a port after the colon");
      }
      if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    }
    if (name.find('/') != name.npos || address_of(name)) {
      entry.network = std::make_shared<const net::Networks>(std::vector<std::string>{name});
    } else {
      if (name.starts_with("*.")) name.erase(0, 1);
      entry.only_below = name.starts_with('.');
      entry.name = entry.only_below ? name.substr(1) : name;
      if (entry.name.empty()) throw std::invalid_argument("`" + text + "`: expected a host name");
    }
    entries_.push_back(std::move(entry));
  }
}

bool NoProxy::covers(const http::Url& url) const {
  if (all_) return true;
  auto const address = address_of(url.host);
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    if (!entry.port.empty() && entry.port != url.port) return false;
    if (entry.network) return address && entry.network->contains(*address);
    if (address) return false;
    return (url.host == entry.name && !entry.only_below) || url.host.ends_with("." + entry.name);
  });
}

const http::Proxy* ProxyChoice::for_url(const http::Url& url) const {
  auto const& proxy = url.tls ? https : http;
  if (!proxy || (no_proxy && (is_loopback(url) || no_proxy->covers(url)))) return nullptr;
  return &*proxy;
}

std::optional<http::Proxy> parse_proxy_url(std::string text) {
  if (text.find("://") == text.npos) text = "http://" + text;
  auto const begin = text.find("://") + 3;
  auto const end = std::min(text.find_first_of("/?#", begin), text.size());
  auto const at = text.rfind('@', end);
  http::Proxy proxy;
  if (at != text.npos && at >= begin && at < end) {
    auto const user = std::string_view(text).substr(begin, at - begin);
    auto const colon = std::min(user.find(':'), user.size());
    auto name = percent_decoded(user.substr(0, colon));
    auto password = percent_decoded(user.substr(std::min(colon + 1, user.size())));
    if (!name || !password) return std::nullopt;
    proxy.username = *std::move(name);
    proxy.password = config::Secret(*std::move(password));
    text.erase(begin, at + 1 - begin);
  }
  auto url = http::Url::parse(text);
  if (!url) return std::nullopt;
  proxy.url = *std::move(url);
  return proxy;
}

http::Proxy read_proxy_url(const config::Value& value) {
  auto proxy = value.text().find("://") == std::string::npos ? std::nullopt : parse_proxy_url(value.text());
  if (!proxy) value.fail("expected the URL of an http or https proxy, like http://proxy:3128");
  return *proxy;
}

ProxyChoice read_proxy_choice(const config::Mapping& module) {
  ProxyChoice choice;
  auto const url = module.optional("proxy_url");
  auto const no_proxy = module.optional("no_proxy");
  auto const environment = module.optional("proxy_from_environment");
  bool const from_variables = environment && environment->boolean();
  if (from_variables && url) environment->fail("expected either `proxy_url` or `proxy_from_environment`");
  if (from_variables && no_proxy) no_proxy->fail("expected no `no_proxy` beside `proxy_from_environment`");
  if (no_proxy && !url) no_proxy->fail("expected `proxy_url` beside `no_proxy`");
  if (url && !url->text().empty()) choice.http = choice.https = read_proxy_url(*url);
  if (no_proxy) choice.no_proxy = read_no_proxy(*no_proxy, no_proxy->text());
  if (from_variables) {
    choice.http = proxy_of_environment(*environment, "HTTP_PROXY", "http_proxy");
    choice.https = proxy_of_environment(*environment, "HTTPS_PROXY", "https_proxy");
    choice.no_proxy = read_no_proxy(*environment, from_environment("NO_PROXY", "no_proxy"));
  }
  for (auto const* const key : {"proxy_connect_header", "proxy_connect_headers"}) {
    auto const headers = module.optional(key);
    if (!headers) continue;
    if (!url && !from_variables) headers->fail("expected a proxy beside it");
    for (auto* const proxy : {&choice.http, &choice.https})
      if (*proxy) (*proxy)->connect_headers = read_connect_headers(*headers);
  }
  return choice;
}

}  // namespace fleet::probers
