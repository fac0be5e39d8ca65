// What an attempt learnt besides its verdict, as samples.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::probers {

/// The family of a fact: always a gauge. Kinds are constants with static storage, compared by address; a probe
/// defines those of its own in its own files.
struct FactKind {
  std::string_view name;
  std::string_view help;
};

struct Fact {
  const FactKind* kind;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

/// In the order learnt. One sample per kind and label set: the later wins.
class Facts {
 public:
  void set(const FactKind& kind, double value) { set(kind, {}, value); }
  void set(const FactKind& kind, std::vector<std::pair<std::string, std::string>> labels, double value);
  const std::vector<Fact>& all() const { return facts_; }
  /// The value of the first fact of that kind, or null.
  const double* find(const FactKind& kind) const;

 private:
  std::vector<Fact> facts_;
};

/// Kinds that several probes share.
namespace facts {
inline constexpr FactKind phase_duration{"slo_probe_phase_duration_seconds", "Duration of the last attempt by phase."};
inline constexpr FactKind ip_protocol{"probe_ip_protocol", "IP protocol of the address that was probed: 4 or 6."};
inline constexpr FactKind ip_addr_hash{"probe_ip_addr_hash",
                                       "Hash of the address that was probed; changes when the address does."};
inline constexpr FactKind dns_lookup_time{"probe_dns_lookup_time_seconds", "Duration of the name lookup."};
inline constexpr FactKind failed_due_to_regex{"probe_failed_due_to_regex",
                                              "Whether the attempt failed because of a regular expression."};
inline constexpr FactKind earliest_cert_expiry{"probe_ssl_earliest_cert_expiry",
                                               "When the first certificate of the chain expires, unix time."};
inline constexpr FactKind last_chain_expiry{
    "probe_ssl_last_chain_expiry_timestamp_seconds",
    "When the verified chain that lives longest expires, unix time; -62135596800 if none was verified."};
inline constexpr FactKind last_chain_info{"probe_ssl_last_chain_info", "The server's certificate."};
inline constexpr FactKind tls_version_info{"probe_tls_version_info", "The TLS version that was agreed on."};
inline constexpr FactKind tls_cipher_info{"probe_tls_cipher_info", "The TLS cipher that was agreed on."};
}  // namespace facts

}  // namespace fleet::probers
