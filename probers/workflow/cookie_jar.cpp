#include "probers/workflow/cookie_jar.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>

#include "core/http/ascii_case.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::probers::workflow {

namespace {

constexpr std::size_t max_cookies = 100;
constexpr std::size_t max_cookie_bytes = 4096;

std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_address(const std::string& host) {
  boost::system::error_code failed;
  boost::asio::ip::make_address(host, failed);
  return !failed;
}

// RFC 6265 section 5.1.3.
bool domain_matches(const std::string& host, const std::string& domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

// RFC 6265 section 5.1.4.
bool path_matches(std::string_view path, std::string_view wanted) {
  if (!path.starts_with(wanted)) return false;
  return path.size() == wanted.size() || wanted.ends_with('/') || path[wanted.size()] == '/';
}

std::string_view path_of(const http::Url& url) {
  auto const target = std::string_view(url.target);
  return target.substr(0, target.find('?'));
}

std::string default_path(const http::Url& url) {
  auto const path = path_of(url);
  auto const slash = path.rfind('/');
  return slash == path.npos || slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::pair<std::string_view, std::string_view> split(std::string_view text) {
  auto const equals = text.find('=');
  if (equals == text.npos) return {trimmed(text), {}};
  return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_cookie_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                           "jul", "aug", "sep", "oct", "nov", "dec"};
  std::optional<long> day, year;
  std::optional<unsigned> month;
  std::optional<std::chrono::seconds> time;
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of(" ,-\t"), text.size());
    auto const word = http::ascii_lower(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    auto const named = std::find(months.begin(), months.end(), std::string_view(word).substr(0, 3));
    if (!time && word.size() == 8 && word[2] == ':' && word[5] == ':') {
      auto const hours = parse_number<long>(std::string_view(word).substr(0, 2));
      auto const minutes = parse_number<long>(std::string_view(word).substr(3, 2));
      auto const seconds = parse_number<long>(std::string_view(word).substr(6, 2));
      if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
      time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
    } else if (auto const value = parse_number<long>(word); value && *value >= 0) {
      auto& place = day ? year : day;
      if (!place) place = value;
    } else if (!month && named != months.end()) {
      month = static_cast<unsigned>(named - months.begin()) + 1;
    }
  }
  if (!day || !month || !year || !time) return std::nullopt;
  if (*year < 70) *year += 2000;
  if (*year < 100) *year += 1900;
  auto const date =
      std::chrono::year(static_cast<int>(*year)) / static_cast<int>(*month) / static_cast<int>(*day);
  if (*year < 1601 || *year > 9999 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

void CookieJar::store(const http::Url& url, std::string_view set_cookie, Clock::time_point now) {
  if (set_cookie.size() > max_cookie_bytes) return;
  auto const first = std::min(set_cookie.find(';'), set_cookie.size());
  auto const [name, value] = split(set_cookie.substr(0, first));
  if (name.empty() || set_cookie.substr(0, first).find('=') == set_cookie.npos) return;

  Cookie cookie;
  cookie.name = name;
  cookie.value = value;
  cookie.domain = url.host;
  cookie.path = default_path(url);
  bool expired = false, has_max_age = false;
  auto rest = set_cookie.substr(std::min(first + 1, set_cookie.size()));
  while (!rest.empty()) {
    auto const end = std::min(rest.find(';'), rest.size());
    auto const [attribute, argument] = split(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    auto const word = http::ascii_lower(attribute);
    if (word == "domain" && !argument.empty()) {
      auto domain = http::ascii_lower(argument.starts_with('.') ? argument.substr(1) : argument);
      bool const foreign = !domain_matches(url.host, domain);
      bool const too_wide = domain != url.host && domain.find('.') == domain.npos;
      if (foreign || too_wide) return;
      cookie.host_only = false;
      cookie.domain = std::move(domain);
    } else if (word == "path" && argument.starts_with('/')) {
      cookie.path = argument;
    } else if (word == "secure") {
      cookie.secure = true;
    } else if (word == "max-age") {
      if (auto const age = parse_number<long>(argument)) {
        has_max_age = true;
        expired = *age <= 0;
      }
    } else if (word == "expires" && !has_max_age) {
      auto const date = parse_cookie_date(argument);
      expired = date && *date <= now;
    }
  }
  if (cookie.secure && !url.tls) return;
  std::erase_if(cookies_, [&](const Cookie& other) {
    return other.name == cookie.name && other.domain == cookie.domain && other.path == cookie.path;
  });
  if (!expired && cookies_.size() < max_cookies) cookies_.push_back(std::move(cookie));
}

std::string CookieJar::header(const http::Url& url) const {
  std::vector<const Cookie*> chosen;
  for (auto const& cookie : cookies_) {
    bool const host = cookie.host_only ? url.host == cookie.domain : domain_matches(url.host, cookie.domain);
    if (host && path_matches(path_of(url), cookie.path) && (url.tls || !cookie.secure))
      chosen.push_back(&cookie);
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Cookie* a, const Cookie* b) { return a->path.size() > b->path.size(); });
  std::string out;
  for (auto const* cookie : chosen) out += (out.empty() ? "" : "; ") + cookie->name + "=" + cookie->value;
  return out;
}

}  // namespace fleet::probers::workflow
