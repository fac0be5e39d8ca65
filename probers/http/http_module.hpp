// Reads the options of an HTTP probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/http/http_probe.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// blackbox_exporter's `http`, up to 0.28: valid_status_codes, valid_http_versions, method, headers, body,
/// body_file, body_size_limit (bytes, or KB, MB, GB as powers of 1024), compression, follow_redirects,
/// no_follow_redirects, fail_if_ssl, fail_if_not_ssl, fail_if_body_matches_regexp,
/// fail_if_body_not_matches_regexp, fail_if_header_matches, fail_if_header_not_matches,
/// fail_if_body_json_matches_cel, fail_if_body_json_not_matches_cel (the subset of cel.hpp), enable_http2,
/// basic_auth, authorization, bearer_token, oauth2, proxy_url, no_proxy, proxy_from_environment,
/// proxy_connect_header, skip_resolve_phase_with_proxy, tls_config and those of read_dial(). enable_http3 is
/// refused. Combinations that no answer can satisfy are refused; those that are only odd (a body beside GET,
/// redirects as the only valid status while they are followed) in a probe's own options, for a module may come
/// from elsewhere. Targets are URLs, "http://" if they have no scheme.
std::shared_ptr<const Module> read_http(const std::optional<config::Value>& options, const config::Value& whole,
                                        const ReadContext& context);

/// The options alone.
HttpOptions read_http_options(const std::optional<config::Value>& options, const ReadContext& context);

}  // namespace fleet::probers
