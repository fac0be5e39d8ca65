#include "core/redis/tls.hpp"

#include <utility>

#include "core/net/tls.hpp"

namespace fleet::redis {

Tls::Tls(TlsSettings settings) : settings_(std::move(settings)) {
  net::TlsOptions options;
  options.ca_file = settings_.ca_file;
  options.cert_file = settings_.cert_file;
  options.key_file = settings_.key_file;
  options.server_name = settings_.server_name;
  options.insecure_skip_verify = settings_.insecure_skip_verify;
  context_ = std::make_shared<net::TlsContext>(options);
}

Tls read_tls(const config::Value& value) {
  TlsSettings settings;
  if (value.is_scalar()) {
    auto const text = value.text();
    if (text == "false") return {};
    if (text != "true")
      value.fail("expected `true`, `false` or a mapping with `ca_file` and the like, got `" + text + "`");
  } else {
    auto const mapping =
        value.mapping({"ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"});
    auto const path = [&mapping](std::string_view key) {
      auto const file = mapping.optional(key);
      return file ? file->path() : std::string();
    };
    settings.ca_file = path("ca_file");
    settings.cert_file = path("cert_file");
    settings.key_file = path("key_file");
    settings.server_name = mapping.text_or("server_name", "");
    settings.insecure_skip_verify = mapping.boolean_or("insecure_skip_verify", false);
    if (settings.cert_file.empty() != settings.key_file.empty()) {
      value.fail("expected `cert_file` and `key_file` together");
    }
  }
  try {
    return Tls(std::move(settings));
  } catch (const std::runtime_error& error) {
    value.fail(error.what());
  }
}

}  // namespace fleet::redis
