
#include "core/config/address.hpp"
#include "core/io/parse_number.hpp"
#include "core/redis/connection.hpp"

namespace fleet::redis {
namespace {

bool read_database(std::string_view text, int& into) {
  into = parse_number<int>(text).value_or(-1);
  return into >= 0;
}

/// Trust in the system's authorities, whose file is large: parsed once.
const Tls& system_tls() {
  static const Tls tls{TlsSettings()};
  return tls;
}

}  // namespace

std::optional<std::string> read_server_address(std::string_view text, Options& options) {
  auto rest = text;
  auto const scheme = rest.find("://");
  std::string const expected =
      scheme == rest.npos ? "expected host:port, got `" : "expected redis:// or rediss:// and host:port, got `";
  bool tls = false;
  if (scheme != std::string_view::npos) {
    tls = rest.substr(0, scheme) == "rediss";
    if (!tls && rest.substr(0, scheme) != "redis") return expected + std::string(text) + "`";
    rest.remove_prefix(scheme + 3);
    if (auto const at = rest.find('@'); at != std::string_view::npos) {
      auto const user = rest.substr(0, at);
      // Not repeated: it may hold the password.
      if (user.find(':') != std::string_view::npos)
        return "expected a URL without a password; it belongs into a file";
      options.username = user;
      rest.remove_prefix(at + 1);
    }
    if (auto const slash = rest.find('/'); slash != std::string_view::npos) {
      auto const database = rest.substr(slash + 1);
      rest = rest.substr(0, slash);
      if (!database.empty() && !read_database(database, options.database))
        return "expected the number of a database behind the address, got `" + std::string(database) + "`";
    }
  }
  auto const address = config::parse_address(rest, options.port);
  if (!address) return expected + std::string(text) + "`";
  options.host = address->host;
  options.port = address->port;
  try {
    if (tls && !options.tls) options.tls = system_tls();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return std::nullopt;
}

Options read_access(const config::Mapping& mapping, std::string client_name) {
  Options options;
  options.client_name = std::move(client_name);
  options.username = mapping.text_or("username", "");
  options.password = config::read_secret(mapping, "password");
  if (auto const file = mapping.optional("password_file")) options.password_file = file->path();
  options.database = static_cast<int>(mapping.integer_or("database", 0, 0, 1'000'000));
  options.connect_timeout =
      mapping.duration_or("connect_timeout", options.connect_timeout, std::chrono::milliseconds(1));
  if (auto const tls = mapping.optional("tls")) options.tls = read_tls(*tls);
  return options;
}

Options read_options(const config::Mapping& mapping, std::string client_name) {
  auto options = read_access(mapping, std::move(client_name));
  auto const address = mapping.required("address");
  if (auto const problem = read_server_address(address.non_empty_text(), options)) address.fail(*problem);
  return options;
}

Options read_options(const config::Value& value, std::string client_name) {
  return read_options(value.mapping(option_keys), std::move(client_name));
}

}  // namespace fleet::redis
