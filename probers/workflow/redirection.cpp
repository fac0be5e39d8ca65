#include "probers/workflow/redirection.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace fleet::probers::workflow {

namespace {

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
  auto const same = [&](std::string_view other) {
    return std::ranges::equal(name, other, [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
  };
  return std::any_of(names.begin(), names.end(), same);
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void redirect(http::Request& request, int status, http::Url location) {
  bool const other_origin = location.authority() != request.url.authority() || location.tls != request.url.tls;
  if (other_origin) {
    std::erase_if(request.headers, [](auto const& header) {
      return is_one_of(header.first, {"authorization", "proxy-authorization", "cookie", "host"});
    });
  }
  bool const to_get = status == 303 ? request.method != "HEAD" : status <= 302 && request.method == "POST";
  if (to_get) {
    request.method = "GET";
    request.body.clear();
    std::erase_if(request.headers, [](auto const& header) {
      return is_one_of(header.first, {"content-type", "content-length"});
    });
  }
  request.url = std::move(location);
}

}  // namespace fleet::probers::workflow
