#include "probers/grpc/grpc_module.hpp"

#include <algorithm>
#include <array>

#include "probers/connection_options.hpp"
#include "probers/grpc/grpc_probe.hpp"
#include "probers/module_options.hpp"

namespace fleet::probers {

namespace {

class GrpcModule : public Module {
 public:
  explicit GrpcModule(GrpcOptions options)
      : options_(std::make_shared<const GrpcOptions>(std::move(options))),
        client_(std::make_shared<http::Client>(options_->client)) {}

  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    std::string_view address = target.address;
    for (std::string_view const scheme : {"http://", "https://"}) {
      if (!address.starts_with(scheme)) continue;
      address.remove_prefix(scheme.size());
      address = address.substr(0, address.find('/'));
      break;
    }
    if (address.empty() || address.find('/') != std::string_view::npos) {
      throw BadTarget("expected a gRPC server: \"host:port\"");
    }
    bool const bare = address.ends_with(']') || address.find(':') == std::string_view::npos;
    auto const [host, port] =
        parse_host_port(std::string(address) + (bare ? options_->tls ? ":443" : ":80" : ""));
    return std::make_shared<GrpcProbe>(host, port, target.hostname, options_, client_);
  }

 private:
  std::shared_ptr<const GrpcOptions> options_;
  std::shared_ptr<http::Client> client_;
};

/// Names as gRPC allows them: not those of HTTP/2 and of gRPC itself.
std::string read_name(const config::Value& value) {
  auto name = value.non_empty_text();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  bool const legal = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
  if (!legal) value.fail("expected a name of metadata: letters, digits, `-`, `_`, `.`");
  static constexpr std::string_view taken[] = {"te",         "content-type", "content-length", "host",
                                               "connection", "traceparent",  "user-agent"};
  if (name.starts_with("grpc-") || std::ranges::find(taken, name) != std::end(taken)) {
    value.fail("expected metadata of your own: `" + name + "` is set by the probe");
  }
  return name;
}

std::string read_metadata_value(const config::Value& value) {
  auto text = value.text();
  // The text may be a secret: the message does not show it.
  bool const printable = std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c <= '~'; });
  if (!printable) value.fail("expected printable ASCII characters");
  return text;
}

}  // namespace

std::shared_ptr<const Module> read_grpc(const std::optional<config::Value>& options, const config::Value&,
                                        const ReadContext& context) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"service", "tls", "tls_config", "metadata", dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  auto const module = given_or_empty(options).mapping(keys);
  GrpcOptions read;
  read.service = module.text_or("service", "");
  read.tls = module.boolean_or("tls", false);
  if (auto const metadata = module.optional("metadata")) {
    for (auto const& [name, value] : metadata->entries()) {
      read.metadata.emplace_back(read_name(name), read_metadata_value(value));
    }
  }
  read.client.tls = read_tls(module);
  read.client.dial = read_dial(module, context);
  read.client.http2 = http::Http2::required;
  return std::make_shared<GrpcModule>(std::move(read));
}

}  // namespace fleet::probers
