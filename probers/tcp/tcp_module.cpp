#include "probers/tcp/tcp_module.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "probers/module_options.hpp"
#include "probers/tcp/tcp_probe.hpp"

namespace fleet::probers {
namespace {

bool is_label_name(std::string_view name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) && !name.starts_with("__") &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// `${NAME}` stands for an environment variable, unless the expression has a group of that name or number.
std::string with_environment(const config::Value& value, const re2::RE2& expression) {
  auto const text = value.verbatim();
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('}', at);
    bool const braced = text.compare(at, 2, "${") == 0 && end != std::string::npos;
    auto const name = braced ? text.substr(at + 2, end - at - 2) : std::string();
    bool const is_variable = !name.empty() && name.find_first_not_of("0123456789") != std::string::npos &&
                             is_label_name(name) && !expression.NamedCapturingGroups().contains(name);
    if (text.compare(at, 2, "$$") == 0) {
      out += "$$";
      at += 2;
    } else if (is_variable) {
      auto const* const variable = std::getenv(name.c_str());
      if (!variable)
        value.fail("expected `" + name + "` to be a group of `expect` or an environment variable that is set");
      for (char const c : std::string_view(variable)) out += c == '$' ? std::string("$$") : std::string(1, c);
      at = end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

CaptureTemplate read_template(const config::Value& value, const re2::RE2* expression) {
  if (!expression) return CaptureTemplate::literal(value.text());
  return {with_environment(value, *expression), *expression};
}

void read_labels(const config::Value& labels, Query& query) {
  static constexpr auto keys = std::to_array<std::string_view>({"name", "value"});
  for (auto const& label : labels.list_or_empty()) {
    if (!query.expect) labels.fail("expected `expect` beside `labels`: their values come from what it matches");
    auto const mapping = label.mapping(keys);
    auto const name_value = mapping.required("name");
    auto const name = name_value.text();
    if (!is_label_name(name)) name_value.fail("expected a label name, got `" + name + "`");
    if (std::ranges::any_of(query.labels, [&](auto const& known) { return known.first == name; }))
      name_value.fail("expected each label once, got `" + name + "` again");
    query.labels.emplace_back(name, read_template(mapping.required("value"), query.expect.get()));
  }
}

Query read_query(const config::Value& value) {
  static constexpr auto keys =
      std::to_array<std::string_view>({"expect", "expect_bytes", "send", "labels", "starttls"});
  auto const mapping = value.mapping(keys);
  Query query;
  if (auto const expect = mapping.optional("expect")) query.expect = expect->regex();
  if (auto const labels = mapping.optional("labels")) read_labels(*labels, query);
  query.expect_bytes = mapping.text_or("expect_bytes", "");
  if (query.expect_bytes.size() > longest_line)
    mapping.required("expect_bytes").fail("expected at most " + std::to_string(longest_line) + " bytes");
  if (auto const send = mapping.optional("send")) query.send = read_template(*send, query.expect.get());
  query.starttls = mapping.boolean_or("starttls", false);
  return query;
}

class TcpModule : public Module {
 public:
  explicit TcpModule(TcpOptions options) : options_(std::make_shared<const TcpOptions>(std::move(options))) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    auto parsed = parse_host_port(target.address);
    auto server_name = target.hostname.empty() ? parsed.host : target.hostname;
    return std::make_shared<TcpProbe>(std::move(parsed), std::move(server_name), options_);
  }

 private:
  std::shared_ptr<const TcpOptions> options_;
};

}  // namespace

std::shared_ptr<const Module> read_tcp(const std::optional<config::Value>& options, const config::Value&,
                                       const ReadContext& context) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"tls", "tls_config", "query_response", dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  auto const mapping = given_or_empty(options).mapping(keys);
  TcpOptions read;
  read.dial = read_dial(mapping, context);
  read.tls = mapping.boolean_or("tls", false);
  auto const tls = read_tls(mapping);
  if (auto const script = mapping.optional("query_response"))
    for (auto const& query : script->list_or_empty()) read.script.push_back(read_query(query));
  if (read.tls || std::ranges::any_of(read.script, &Query::starttls))
    read.tls_context = std::make_shared<const net::TlsContext>(tls);
  return std::make_shared<TcpModule>(std::move(read));
}

}  // namespace fleet::probers
