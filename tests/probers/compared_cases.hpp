// What both exporters are asked, and on what they may differ.
#pragma once

#include <openssl/x509.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "tests/core/http/certificates.hpp"
#include "tests/probers/compared_exporters.hpp"

namespace fleet::testing {

using Names = std::set<std::string>;

/// `differences` on purpose: "-name" is only on their page, "+name" only on ours, "!name" reads otherwise.
struct Case {
  std::string module, target;
  double success = 0;
  Names differences = {};
  std::string because = {};
};

/// Asks both for each case and checks probe_success, the names on the pages, and the values that both must read
/// alike.
void compare_all(const ComparedExporters& exporters, const std::vector<Case>& cases);

/// A module of a blackbox.yml that prefers IPv4 and has 1 s.
std::string module(const std::string& name, const std::string& prober, const std::string& options);

inline constexpr std::chrono::hours kDay{24};

/// Certificates of a service that goes by 127.0.0.1, and what may be wrong with them.
struct Certificates {
  Identity authority = make_identity({"Authority", "", true, kDay * 365});
  Identity good = make_identity({"localhost", names, false, kDay * 30}, &authority);
  Identity expired = make_identity({"localhost", names, false, -kDay}, &authority);
  Identity self_signed = make_identity({"localhost", names, false, kDay});
  Identity wrong_host = make_identity({"other.example", "DNS:other.example", false, kDay}, &authority);
  Identity not_yet = [this] {
    auto made = make_identity({"localhost", names, false, kDay * 30}, &authority);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate.get()), 24 * 3600);
    X509_sign(made.certificate.get(), authority.key.get(), EVP_sha256());
    return made;
  }();
  static constexpr auto names = "DNS:localhost,IP:127.0.0.1";
};

std::string url_of(const TlsServer& server);
std::string address_of(const TlsServer& server);

}  // namespace fleet::testing
