// Options of the workflow probe.
#pragma once

#include "probers/module.hpp"

namespace fleet::probers {

/// Reads
///
///     steps:                      # required; each on a connection of its own, until one fails
///       - name: login             # required, unique: the failing step, and the `phase` of its duration
///         method: POST            # default: GET, POST with a body
///         url: /login             # relative to the target, or absolute; default: the target itself
///         headers: {X-Slot: blue}
///         json: {user: slo, password: "{{password}}"}   # or body: "text"
///         follow_redirects: true
///         extract:
///           token: {json: /access_token}                # or regexp: ..., header: Name; regexp with either
///         assert:                                       # default: status 200 to 299
///           - status: [200, 201]
///           - {json: /state, equals: ready}             # or matches: regexp, exists: true
///           - {header: Content-Type, matches: json}     # or equals, exists
///           - body_matches: regexp                      # body_not_matches
///           - max_duration: 2s                          # of the step as a whole; reason `slow`
///         retry_until: {interval: 500ms, within: 30s}   # again until it holds
///     headers: {User-Agent: slo_prober}                 # of every step
///     variables: {user: slo, password: {value_file: password.txt}}
///     body_size_limit: 4194304
///     enable_http2: false
///     tls_config, preferred_ip_protocol, ip_protocol_fallback, source_ip_address, try_all_addresses
///
/// `{{name}}` stands for a variable in url, headers, body, json, equals: one of `variables`, one extracted by
/// an earlier step, uuid, trace_id or unix_time. One that no earlier step defines is a config::Error. The
/// target is a URL; "http://" if it has no scheme.
std::shared_ptr<const Module> read_workflow(const std::optional<config::Value>& options,
                                            const config::Value& whole, const ReadContext& context);

}  // namespace fleet::probers
