#include "probers/workflow/workflow_module.hpp"

#include <set>

#include "core/config/secret.hpp"
#include "probers/connection_options.hpp"
#include "probers/workflow/step_reading.hpp"
#include "probers/workflow/workflow_probe.hpp"

namespace fleet::probers {

namespace {

using workflow::VariableNames;

class WorkflowModule : public Module {
 public:
  WorkflowModule(std::shared_ptr<http::Client> client, std::shared_ptr<const workflow::Workflow> workflow)
      : client_(std::move(client)), workflow_(std::move(workflow)) {}

  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    bool const has_scheme = target.address.find("://") != std::string::npos;
    auto url = http::Url::parse(has_scheme ? target.address : "http://" + target.address);
    if (!url) throw BadTarget("expected an http:// or https:// URL");
    return std::make_shared<WorkflowProbe>(client_, std::move(*url), target.hostname, workflow_);
  }

 private:
  std::shared_ptr<http::Client> client_;
  std::shared_ptr<const workflow::Workflow> workflow_;
};

config::Secret read_variable(const config::Value& value) {
  if (!value.is_mapping()) return config::Secret(value.text());
  auto const mapping = value.mapping({"value", "value_file"});
  auto secret = config::read_secret(mapping, "value");
  if (secret.empty()) mapping.required("value");
  return secret;
}

void read_variables(const config::Value& value, VariableNames& given, workflow::Workflow& workflow) {
  for (auto const& [name, text] : value.entries()) {
    auto const key = name.text();
    if (!workflow::is_variable_name(key)) {
      name.fail("expected a name of letters, digits and underscores, got `" + key + "`");
    }
    if (!given.insert(key).second) name.fail("`" + key + "` is a variable that is built in");
    workflow.variables.emplace(key, read_variable(text));
  }
}

}  // namespace

std::shared_ptr<const Module> read_workflow(const std::optional<config::Value>& options,
                                            const config::Value& whole, const ReadContext& context) {
  if (!options) whole.fail("missing key `workflow`");
  std::vector<std::string_view> keys{"steps",           "headers",      "variables",
                                     "body_size_limit", "enable_http2", "tls_config"};
  keys.insert(keys.end(), dial_keys.begin(), dial_keys.end());
  auto const mapping = options->mapping(keys);

  auto workflow = std::make_shared<workflow::Workflow>();
  VariableNames given;
  for (auto const name : workflow::built_in_variables()) given.emplace(name);
  if (auto const variables = mapping.optional("variables")) read_variables(*variables, given, *workflow);
  workflow::Headers headers;
  if (auto const common = mapping.optional("headers")) headers = workflow::read_headers(*common, given);
  workflow->body_size_limit = static_cast<std::size_t>(
      mapping.integer_or("body_size_limit", static_cast<std::int64_t>(workflow->body_size_limit), 1, 1 << 30));

  auto defined = given;
  std::set<std::string_view> names;
  for (auto const& entry : mapping.required("steps").list()) {
    workflow->steps.push_back(workflow::read_step(entry, headers, given, defined));
    auto const name = workflow->steps.back().name;
    if (!names.insert(name).second) entry.fail("another step is named `" + std::string(name) + "`");
  }

  http::ClientOptions client;
  client.dial = read_dial(mapping, context);
  if (mapping.optional("tls_config")) client.tls = read_tls(mapping);
  if (mapping.boolean_or("enable_http2", false)) client.http2 = http::Http2::offer;
  return std::make_shared<WorkflowModule>(std::make_shared<http::Client>(std::move(client)),
                                          std::move(workflow));
}

}  // namespace fleet::probers
