// The request headers of an HTTP module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "probers/http/watched_file.hpp"

namespace fleet::probers {

using HeaderSources = std::vector<std::pair<std::string, SecretSource>>;

/// `headers` {name: value} and `http_headers` {name: {values, secrets, files}}. Content-Length,
/// Transfer-Encoding and Trailer are passed over, as blackbox_exporter does. `compression` as configured, ""
/// for none: an Accept-Encoding that does not allow it is refused.
HeaderSources read_headers(const config::Mapping& module, std::string_view compression);

/// Whether an Accept-Encoding header lets the server answer in that encoding.
bool accepts_encoding(std::string_view header, std::string_view encoding);

/// A token as RFC 9110 section 5.6.2 has it: methods, names of headers.
bool is_http_token(std::string_view text);

}  // namespace fleet::probers
