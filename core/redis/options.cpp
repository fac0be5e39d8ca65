#include "core/config/address.hpp"
#include "core/redis/connection.hpp"

namespace fleet::redis {

Options read_options(const config::Value& value, std::string client_name) {
  auto const mapping =
      value.mapping({"address", "username", "password", "password_file", "database", "connect_timeout"});
  Options options;
  options.client_name = std::move(client_name);
  auto const address = config::read_address(mapping.required("address"), options.port);
  options.host = address.host;
  options.port = address.port;
  options.username = mapping.text_or("username", "");
  options.password = config::read_secret(mapping, "password");
  options.database = static_cast<int>(mapping.integer_or("database", 0, 0, 1'000'000));
  options.connect_timeout =
      mapping.duration_or("connect_timeout", options.connect_timeout, std::chrono::milliseconds(1));
  return options;
}

}  // namespace fleet::redis
