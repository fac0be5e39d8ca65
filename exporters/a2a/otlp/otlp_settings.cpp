#include "exporters/a2a/otlp/otlp_settings.hpp"

#include <algorithm>

#include "core/config/byte_size.hpp"

namespace fleet::exporters::a2a {
namespace {

using config::Mapping;
using config::Value;
using std::chrono::milliseconds;

/// A text, or a list of them.
std::vector<std::string> texts(const Value& value) {
  std::vector<std::string> result;
  if (!value.is_list()) return {value.non_empty_text()};
  for (auto const& entry : value.list()) result.push_back(entry.non_empty_text());
  return result;
}

void check_address(const Value& value) {
  auto const text = value.non_empty_text();
  auto const colon = text.rfind(':');
  auto const port = colon == text.npos ? std::string() : text.substr(colon + 1);
  bool const digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
  if (!digits || std::stoul(port) > 65'535) {
    value.fail("expected an address to listen on, such as :4318 or 127.0.0.1:4318, got `" + text + "`");
  }
}

HopRule read_rule(const Value& value) {
  auto const mapping = value.mapping({"attribute", "matches", "name"});
  HopRule rule;
  auto const attribute = mapping.optional("attribute"), name = mapping.optional("name");
  if (!attribute && !name) value.fail("expected `attribute`, `name` or both");
  if (attribute) rule.attribute = attribute->non_empty_text();
  if (rule.attribute == "*")
    attribute->fail("expected the name of an attribute, or how it begins, such as a2a.*");
  if (name) rule.name = name->regex();
  if (auto const matches = mapping.optional("matches")) {
    if (!attribute) matches->fail("expected `attribute` beside it: whose value is to match?");
    rule.matches = matches->regex();
  }
  return rule;
}

HopRule rule(std::string attribute, const char* matches, const char* name) {
  auto const regex = [](const char* text) {
    return text ? std::make_shared<const re2::RE2>(text) : std::shared_ptr<const re2::RE2>();
  };
  return {std::move(attribute), regex(matches), regex(name)};
}

std::size_t size_or(const Mapping& mapping, std::string_view key, std::size_t fallback, std::int64_t min,
                    std::int64_t max) {
  return static_cast<std::size_t>(mapping.integer_or(key, static_cast<std::int64_t>(fallback), min, max));
}

}  // namespace

std::vector<HopRule> default_hop_rules() {
  // Names of the methods in JSON-RPC, gRPC and REST, of all versions of A2A; and spans of the SDKs.
  constexpr const char* methods =
      R"(^a2a[./ ]|\b(Send(Streaming)?Message|(Get|List|Cancel|SubscribeTo)Tasks?)\b)"
      R"(|\b(message[/:](send|stream)|tasks/(get|cancel|resubscribe))\b)";
  return {rule("a2a.*", nullptr, nullptr), rule("rpc.system", "^a2a$", nullptr),
          rule("rpc.system.name", "^a2a$", nullptr), rule("", nullptr, methods)};
}

OtlpSettings read_otlp(const Value& value) {
  OtlpSettings otlp;
  otlp.rules = default_hop_rules();
  if (value.is_null()) return otlp;
  auto const mapping =
      value.mapping({"listen_address", "max_body", "max_connections", "wait", "max_waiting", "remembered_spans",
                     "max_pairs", "agent", "clocks_in_step", "count_hops", "hops"});
  if (auto const address = mapping.optional("listen_address")) {
    otlp.listen_addresses = texts(*address);
    if (!address->is_list()) check_address(*address);
    if (address->is_list()) std::ranges::for_each(address->list(), check_address);
  }
  if (auto const size = mapping.optional("max_body")) {
    otlp.max_body = config::read_byte_size(*size);
    if (otlp.max_body < 1024 || otlp.max_body > 1 << 30) size->fail("expected a size from 1KiB to 1GiB");
  }
  otlp.max_connections = size_or(mapping, "max_connections", otlp.max_connections, 1, 10'000);
  otlp.wait = mapping.duration_or("wait", otlp.wait, milliseconds(1));
  otlp.max_waiting = size_or(mapping, "max_waiting", otlp.max_waiting, 1, 10'000'000);
  otlp.remembered_spans = size_or(mapping, "remembered_spans", otlp.remembered_spans, 1'000, 10'000'000);
  otlp.max_pairs = size_or(mapping, "max_pairs", otlp.max_pairs, 1, 10'000);
  if (auto const agent = mapping.optional("agent")) otlp.agent_attributes = texts(*agent);
  otlp.clocks_in_step = mapping.boolean_or("clocks_in_step", otlp.clocks_in_step);
  otlp.count_hops = mapping.boolean_or("count_hops", otlp.count_hops);
  if (auto const rules = mapping.optional("hops")) {
    otlp.rules.clear();
    for (auto const& entry : rules->list()) otlp.rules.push_back(read_rule(entry));
  }
  return otlp;
}

}  // namespace fleet::exporters::a2a
