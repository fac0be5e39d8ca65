#include "core/config/address.hpp"
#include "core/postgres/session.hpp"

namespace fleet::postgres {
namespace {

using std::chrono::milliseconds;

void read_place(const config::Mapping& mapping, Options& options) {
  auto const address = mapping.optional("address");
  auto const host = mapping.optional("host");
  auto const port = mapping.optional("port");
  if (address && host) host->fail("expected either `address` or `host`, got both");
  if (address && port) port->fail("expected either `address` or `port`, got both");
  if (address) {
    auto const place = config::read_address(*address, options.port);
    options.host = place.host;
    options.port = place.port;
  } else if (host) {
    options.host = host->non_empty_text();
    options.port = static_cast<std::uint16_t>(mapping.integer_or("port", options.port, 1, 65535));
  } else {
    mapping.required("address");
  }
}

}  // namespace

Options read_options(const config::Value& value, std::string application_name,
                     std::initializer_list<std::string_view> extra) {
  std::vector<std::string_view> known{"address",
                                      "host",
                                      "port",
                                      "user",
                                      "password",
                                      "password_file",
                                      "database",
                                      "sslmode",
                                      "connect_timeout",
                                      "statement_timeout",
                                      "lock_timeout"};
  known.insert(known.end(), extra.begin(), extra.end());
  auto const mapping = value.mapping(known);
  Options options;
  options.application_name = std::move(application_name);
  read_place(mapping, options);
  options.user = mapping.text_or("user", options.user);
  options.password = config::read_secret(mapping, "password");
  options.database = mapping.text_or("database", options.database);
  if (auto const sslmode = mapping.optional("sslmode")) {
    options.sslmode = sslmode->one_of({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"});
  }
  options.connect_timeout = mapping.duration_or("connect_timeout", options.connect_timeout, milliseconds(1));
  options.statement_timeout =
      mapping.duration_or("statement_timeout", options.statement_timeout, milliseconds(1));
  options.lock_timeout = mapping.duration_or("lock_timeout", options.lock_timeout, milliseconds(1));
  return options;
}

}  // namespace fleet::postgres
