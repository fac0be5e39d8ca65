// A server behind a web configuration, asked by curl.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/web/gate.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/core/web/running_server.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// A site with its files, and clients with theirs.
class GatedSite {
 public:
  /// `text` is the web configuration, which names files beside it: server.crt, server.key, ca.crt.
  explicit GatedSite(const std::string& text);
  ~GatedSite();

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const { directory_.write(name, text); }
  std::uint16_t port() const { return server_.port; }
  /// What curl makes of it: "hello\n200", or "curl 35: " and what else it says.
  std::string get(std::vector<std::string> options, const std::string& scheme = "https",
                  const std::string& path = "/hello") const;
  /// The identities of servers and clients.
  Identity authority, server, renewed, known, stranger;

 private:
  std::string write_files(const std::string& text);

  TemporaryDirectory directory_;
  std::string file_;
  std::shared_ptr<web::Gate> gate_;
  RunningServer server_;
};

inline const std::string tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
inline const std::string well = "hello\n200";

/// curl's options for a client with the site's NAME.crt: known, stranger.
std::vector<std::string> with_certificate(const GatedSite& site, const std::string& name);

inline bool refused(const std::string& answer) { return answer.starts_with("curl "); }

/// The hash of a password, as a configuration wants it.
std::string bcrypt(const std::string& password);

}  // namespace fleet::testing
