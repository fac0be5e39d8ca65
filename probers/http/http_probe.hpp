// HTTP probe: one request, redirects followed, the answer judged.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/http/client.hpp"
#include "core/http/decoding.hpp"
#include "probers/http/credentials.hpp"
#include "probers/http/http_judgement.hpp"
#include "probers/http/proxy_choice.hpp"
#include "probers/http/watched_file.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind http_phase_duration{
    "probe_http_duration_seconds", "Duration of the last attempt by phase, summed over its requests."};
inline constexpr FactKind http_status_code{"probe_http_status_code",
                                           "HTTP status of the last response, 0 if there was none."};
inline constexpr FactKind http_content_length{
    "probe_http_content_length", "Length of the last response's body as announced, -1 if it was not."};
inline constexpr FactKind http_uncompressed_body_length{
    "probe_http_uncompressed_body_length", "Bytes of the last response's body that were read, decoded."};
inline constexpr FactKind http_redirects{"probe_http_redirects", "Redirects that were met."};
inline constexpr FactKind http_ssl{"probe_http_ssl", "Whether the last response came over TLS."};
inline constexpr FactKind http_version{"probe_http_version",
                                       "HTTP version of the last response, 0 if there was none."};
inline constexpr FactKind http_last_modified{"probe_http_last_modified_timestamp_seconds",
                                             "Last-Modified of the last response, unix time."};
inline constexpr FactKind failed_due_to_cel{"probe_failed_due_to_cel",
                                            "Whether the attempt failed because of a CEL expression."};
}  // namespace facts

/// Adds a response's or failure's phases to those of earlier requests of the same attempt.
void add_phases(PhaseSeconds& phases, const http::Phases& spent);

/// Of a body that has to be held, or comes out of a compression, unless body_size_limit says otherwise.
inline constexpr std::uint64_t held_body_bytes = 64 * 1024 * 1024;

/// Options as blackbox_exporter's http module spells them.
struct HttpOptions {
  std::string method = "GET";
  /// Of every request to the target; those of later entries replace none. Values may be secrets.
  std::vector<std::pair<std::string, SecretSource>> headers;
  std::string body;
  std::shared_ptr<WatchedFile> body_file;
  bool follow_redirects = true;
  std::optional<http::Compression> compression;
  std::optional<std::uint64_t> body_size_limit;  ///< after decompression
  HttpExpectations expected;
  Credentials credentials;
  ProxyChoice proxies;
  /// Leaves names to the proxy; where an allow-list is set they are resolved and judged here all the same.
  bool skip_resolve_phase_with_proxy = false;
  http::ClientOptions client;  ///< without a proxy
};

/// What the probes of one module share: options, and a client for each way to a target. One io thread.
class HttpSetup {
 public:
  explicit HttpSetup(HttpOptions given);
  const HttpOptions& options() const { return options_; }
  /// The client that reaches targets through that proxy; null: directly.
  http::Client& client(const http::Proxy* proxy);

 private:
  HttpOptions options_;
  std::map<const http::Proxy*, http::Client> clients_;
};

/// Metrics as blackbox_exporter has them, also after a failure. The deadline bounds everything: token,
/// redirects, body.
class HttpProbe : public Probe {
 public:
  /// `hostname`: Host header and TLS server name of the target in place of the URL's; "" for none.
  HttpProbe(std::shared_ptr<HttpSetup> setup, http::Url url, std::string hostname);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  std::shared_ptr<HttpSetup> setup_;
  http::Url url_;
  std::string hostname_;
};

}  // namespace fleet::probers
