#include "probers/postgres/postgres_module.hpp"

#include <set>

#include "core/config/address.hpp"
#include "probers/connection_options.hpp"
#include "probers/postgres/canary_probe.hpp"
#include "probers/postgres/postgres_probe.hpp"

namespace fleet::probers {

namespace {

using std::chrono::milliseconds;

// Keys that one check alone has, or two of them.
struct CheckKey {
  std::string_view name, checks;
};
constexpr CheckKey check_keys[] = {
    {"role", "connect query"},
    {"sql", "query"},
    {"expect_value", "query"},
    {"expect_row_count", "query"},
    {"expect_rows_match", "query"},
    {"expect_rows_not_match", "query"},
    {"nodes", "canary"},
    {"table", "canary"},
    {"create_table", "canary"},
    {"prober", "canary"},
    {"keep", "canary"},
    {"max_replica_lag", "canary"},
    {"required_replicas", "canary"},
    {"connect_timeout", "canary"},
};
constexpr std::string_view connection_keys[] = {"check",
                                                "username",
                                                "password",
                                                "password_file",
                                                "database",
                                                "sslmode",
                                                "sslrootcert",
                                                "preferred_ip_protocol",
                                                "ip_protocol_fallback",
                                                "try_all_addresses"};

class PostgresModule : public Module {
 public:
  explicit PostgresModule(std::shared_ptr<const PostgresOptions> options) : options_(std::move(options)) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    return std::make_shared<PostgresProbe>(parse_server(target.address), options_);
  }

 private:
  std::shared_ptr<const PostgresOptions> options_;
};

class CanaryModule : public Module {
 public:
  explicit CanaryModule(std::shared_ptr<const CanaryOptions> options) : options_(std::move(options)) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    return std::make_shared<CanaryProbe>(parse_server(target.address), options_);
  }

 private:
  std::shared_ptr<const CanaryOptions> options_;
};

ConnectionOptions read_connection(const config::Mapping& mapping, const ReadContext& context) {
  ConnectionOptions options;
  auto& session = options.session;
  if (auto const user = mapping.optional("username")) session.user = user->non_empty_text();
  session.password = config::read_secret(mapping, "password");
  if (auto const database = mapping.optional("database")) session.database = database->non_empty_text();
  if (auto const sslmode = mapping.optional("sslmode")) {
    session.sslmode = sslmode->one_of({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"});
    if (session.sslmode.starts_with("verify") && !mapping.optional("sslrootcert")) {
      sslmode->fail("expected `sslrootcert` beside it");
    }
  }
  if (auto const root = mapping.optional("sslrootcert")) {
    session.root_certificate = root->path();
    // It is loaded as tls_config's ca_file is: a file that libpq could not use is found now.
    net::TlsOptions trust;
    trust.ca_file = session.root_certificate;
    try {
      net::TlsContext const loaded(trust);
    } catch (const std::runtime_error& error) {
      root->fail(error.what());
    }
  }
  options.dial = read_dial(mapping, context);
  return options;
}

std::vector<std::shared_ptr<const re2::RE2>> read_patterns(const config::Mapping& mapping,
                                                           std::string_view key) {
  std::vector<std::shared_ptr<const re2::RE2>> patterns;
  auto const listed = mapping.optional(key);
  if (!listed) return patterns;
  for (auto const& pattern : listed->list()) patterns.push_back(pattern.regex());
  return patterns;
}

std::shared_ptr<const PostgresOptions> read_query(const config::Mapping& mapping, const ReadContext& context,
                                                  bool query) {
  auto options = std::make_shared<PostgresOptions>();
  options->connection = read_connection(mapping, context);
  if (auto const role = mapping.optional("role")) {
    options->role =
        role->one_of({"primary", "replica"}) == "primary" ? ServerRole::primary : ServerRole::replica;
  }
  if (query) options->sql = mapping.required("sql").non_empty_text();
  auto& expected = options->expected;
  if (auto const value = mapping.optional("expect_value")) expected.value = value->text();
  if (auto const count = mapping.optional("expect_row_count")) {
    expected.row_count = static_cast<std::size_t>(count->integer(0, 1'000'000));
  }
  expected.rows_match = read_patterns(mapping, "expect_rows_match");
  expected.rows_not_match = read_patterns(mapping, "expect_rows_not_match");
  return options;
}

std::vector<ServerAddress> read_nodes(const config::Value& value) {
  std::vector<ServerAddress> nodes;
  std::set<std::string> labels;
  for (auto const& entry : value.list()) {
    auto const address = config::read_address(entry, 5432);
    ServerAddress node;
    node.host = address.host;
    node.port = address.port;
    if (!labels.insert(node.label()).second) entry.fail("expected each node once");
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::shared_ptr<const CanaryOptions> read_canary(const config::Mapping& mapping, const ReadContext& context) {
  auto options = std::make_shared<CanaryOptions>();
  options->connection = read_connection(mapping, context);
  if (auto const nodes = mapping.optional("nodes")) options->nodes = read_nodes(*nodes);
  if (auto const table = mapping.optional("table")) {
    options->table = table->text();
    try {
      CanaryTable const checked(options->table);
    } catch (const std::invalid_argument& error) {
      table->fail(error.what());
    }
  }
  options->create_table = mapping.boolean_or("create_table", false);
  if (auto const prober = mapping.optional("prober")) options->prober = prober->non_empty_text();
  options->keep = static_cast<std::size_t>(
      mapping.integer_or("keep", static_cast<std::int64_t>(options->keep), 2, 100'000));
  options->max_replica_lag = mapping.duration_or("max_replica_lag", options->max_replica_lag, milliseconds(1));
  options->connect_timeout = mapping.duration_or("connect_timeout", options->connect_timeout, milliseconds(1));
  if (auto const required = mapping.optional("required_replicas")) {
    auto const others = options->nodes.empty() ? 0 : options->nodes.size() - 1;
    options->required_replicas =
        static_cast<std::size_t>(required->integer(0, static_cast<std::int64_t>(others)));
  }
  return options;
}

}  // namespace

std::shared_ptr<const Module> read_postgres(const std::optional<config::Value>& options,
                                            const config::Value& whole, const ReadContext& context) {
  if (!options) whole.fail("missing key `postgres`");
  std::vector<std::string_view> keys(std::begin(connection_keys), std::end(connection_keys));
  for (auto const& key : check_keys) keys.push_back(key.name);
  auto const mapping = options->mapping(keys);
  auto const chosen = mapping.optional("check");
  auto const check = chosen ? chosen->one_of({"connect", "query", "canary"}) : std::string("connect");
  for (auto const& key : check_keys) {
    auto const stray = mapping.optional(key.name);
    if (stray && key.checks.find(check) == key.checks.npos) {
      stray->fail("`" + std::string(key.name) + "` belongs to another check than `" + check + "`");
    }
  }
  if (check == "canary") return std::make_shared<CanaryModule>(read_canary(mapping, context));
  return std::make_shared<PostgresModule>(read_query(mapping, context, check == "query"));
}

}  // namespace fleet::probers
