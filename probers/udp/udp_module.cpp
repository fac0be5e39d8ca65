#include "probers/udp/udp_module.hpp"

#include <array>

#include "core/io/parse_number.hpp"
#include "probers/connection_options.hpp"
#include "probers/module_options.hpp"
#include "probers/udp/udp_probe.hpp"

namespace fleet::probers {

namespace {

constexpr std::size_t largest_datagram = 65507;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string read_octets(const config::Value& value) {
  std::string octets;
  auto const text = value.text();
  for (std::size_t at = 0; at < text.size(); at += 2) {
    while (at < text.size() && text[at] == ' ') ++at;
    if (at == text.size()) break;
    int const high = digit(text[at]), low = at + 1 < text.size() ? digit(text[at + 1]) : -1;
    if (high < 0 || low < 0) value.fail("expected octets as pairs of hexadecimal digits");
    octets += static_cast<char>(high << 4 | low);
  }
  return octets;
}

class UdpModule : public Module {
 public:
  explicit UdpModule(UdpOptions options) : options_(std::make_shared<const UdpOptions>(std::move(options))) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    auto const [host, port] = parse_host_port(target.address);
    auto const number = parse_number<std::uint16_t>(port).value_or(0);
    if (number == 0) throw BadTarget("expected a port from 1 to 65535");
    return std::make_shared<UdpProbe>(host, number, options_);
  }

 private:
  std::shared_ptr<const UdpOptions> options_;
};

}  // namespace

std::shared_ptr<const Module> read_udp(const std::optional<config::Value>& options, const config::Value&,
                                       const ReadContext& context) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"send", "send_bytes", "expect", "refusal_wait", dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  auto const mapping = given_or_empty(options).mapping(keys);
  UdpOptions read;
  if (auto const value = mapping.optional("send")) read.send = value->text();
  if (auto const value = mapping.optional("send_bytes")) {
    if (mapping.optional("send")) value->fail("expected either `send` or `send_bytes`");
    read.send = read_octets(*value);
  }
  if (read.send.size() > largest_datagram) {
    mapping.optional(mapping.optional("send") ? "send" : "send_bytes")
        ->fail("expected at most 65507 octets, one datagram");
  }
  if (auto const value = mapping.optional("expect")) read.expect = value->regex();
  if (auto const value = mapping.optional("refusal_wait")) {
    if (read.expect)
      value->fail("expected no `refusal_wait` beside `expect`: an answer is waited for until the timeout");
    read.refusal_wait = value->duration(std::chrono::milliseconds(1));
  }
  read.dial = read_dial(mapping, context);
  return std::make_shared<UdpModule>(std::move(read));
}

}  // namespace fleet::probers
