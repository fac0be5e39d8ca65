#include "probers/icmp/icmp_module.hpp"

#include <algorithm>
#include <array>

#include "probers/connection_options.hpp"
#include "probers/icmp/icmp_probe.hpp"
#include "probers/module_options.hpp"

namespace fleet::probers {

namespace {

// 65535 less the headers of IPv4 and ICMP.
constexpr std::int64_t largest_payload = 65507;

class IcmpModule : public Module {
 public:
  explicit IcmpModule(IcmpOptions options)
      : options_(std::make_shared<const IcmpOptions>(std::move(options))) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    auto host = target.address;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    bool const has_port = std::ranges::count(host, ':') == 1;
    if (host.empty() || has_port || host.find_first_of("/[] ") != std::string::npos) {
      throw BadTarget("expected a host or an address, without a port");
    }
    return std::make_shared<IcmpProbe>(host, options_);
  }

 private:
  std::shared_ptr<const IcmpOptions> options_;
};

/// The last request must go out before the timeout, where one is given.
void check_fits(const IcmpOptions& options, const config::Mapping& module, const config::Value& whole) {
  if (options.packets == 1 || !whole.is_mapping()) return;
  for (auto const& [key, value] : whole.entries()) {
    if (key.text() != "timeout") continue;
    auto const timeout = value.duration(std::chrono::milliseconds(0));
    if (timeout.count() > 0 && options.packet_interval * (options.packets - 1) >= timeout) {
      auto const at = module.optional("packet_interval");
      (at ? *at : module.required("packets"))
          .fail("expected all " + std::to_string(options.packets) +
                " packets to be sent within the timeout of " + config::format_duration(timeout) +
                ", at one every " + config::format_duration(options.packet_interval));
    }
  }
}

}  // namespace

std::shared_ptr<const Module> read_icmp(const std::optional<config::Value>& options, const config::Value& whole,
                                        const ReadContext& context) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"ttl", "payload_size", "dont_fragment", "packets", "packet_interval", "max_loss_ratio", "max_rtt",
       dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  auto const module = given_or_empty(options).mapping(keys);
  IcmpOptions read;
  read.ttl = static_cast<int>(module.integer_or("ttl", 0, 0, 255));
  auto const payload = module.integer_or("payload_size", 0, 0, largest_payload);
  if (payload != 0) read.payload_size = static_cast<std::size_t>(payload);
  read.dont_fragment = module.boolean_or("dont_fragment", false);
  read.packets = static_cast<int>(module.integer_or("packets", 1, 1, 1000));
  read.packet_interval =
      module.duration_or("packet_interval", read.packet_interval, std::chrono::milliseconds(1));
  read.max_loss_ratio = module.number_or("max_loss_ratio", 0, 0, 1);
  if (auto const value = module.optional("max_rtt"))
    read.max_rtt = value->duration(std::chrono::milliseconds(1));
  read.dial = read_dial(module, context);
  check_fits(read, module, whole);
  return std::make_shared<IcmpModule>(std::move(read));
}

}  // namespace fleet::probers
