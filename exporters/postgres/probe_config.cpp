#include "exporters/postgres/probe_config.hpp"

#include <stdexcept>

#include "exporters/postgres/target.hpp"

namespace fleet::exporters::postgres {
namespace {

// Those of private use, and this machine.
const std::vector<std::string> kAllowed = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                                           "192.168.0.0/16", "::1/128",    "fc00::/7"};

std::vector<std::pair<std::string, std::string>> read_options(const config::Value& value) {
  std::vector<std::pair<std::string, std::string>> options;
  fleet::postgres::Options scratch;
  for (const auto& [key, entry] : value.entries()) {
    std::string const name = key.text();
    if (name == "host" || name == "port" || name == "user" || name == "password") {
      key.fail("expected dbname, sslmode or connect_timeout: the target says where, `userpass` who");
    }
    try {
      set_parameter(scratch, name, entry.text());
    } catch (const std::invalid_argument&) {
      entry.fail("expected one of dbname, sslmode and connect_timeout (seconds) with a value of libpq's");
    }
    options.emplace_back(name, entry.text());
  }
  return options;
}

AuthModule read_module(const config::Value& value) {
  const config::Mapping mapping = value.mapping({"type", "userpass", "options"});
  mapping.required("type").one_of({"userpass"});
  const config::Mapping userpass =
      mapping.required("userpass").mapping({"username", "password", "password_file"});
  AuthModule module;
  module.user = userpass.required("username").non_empty_text();
  module.password = config::read_secret(userpass, "password");
  if (auto const options = mapping.optional("options")) module.options = read_options(*options);
  return module;
}

std::shared_ptr<const net::Networks> read_networks(const config::Mapping& probe) {
  auto const list = probe.optional("allowed_networks");
  if (!list) return std::make_shared<const net::Networks>(kAllowed);
  std::vector<std::string> networks;
  for (const config::Value& entry : list->list()) {
    networks.push_back(entry.non_empty_text());
    try {
      net::Networks({networks.back()});
    } catch (const std::invalid_argument& error) {
      entry.fail(error.what());
    }
  }
  return std::make_shared<const net::Networks>(networks);
}

}  // namespace

ProbeConfig read_probe_config(const config::Mapping& root) {
  ProbeConfig config;
  auto const modules = root.optional("auth_modules"), probe = root.optional("probe");
  config.enabled = modules || probe;
  config.allowed = std::make_shared<const net::Networks>(kAllowed);
  if (modules) {
    for (const auto& [name, module] : modules->entries()) {
      config.auth_modules.emplace(name.non_empty_text(), read_module(module));
    }
  }
  if (probe) {
    const config::Mapping mapping = probe->mapping({"allowed_networks", "keep"});
    config.allowed = read_networks(mapping);
    config.keep = mapping.duration_or("keep", config.keep, std::chrono::seconds(1));
  }
  return config;
}

}  // namespace fleet::exporters::postgres
