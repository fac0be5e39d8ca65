// What the reader of a workflow's options accepts, and where it finds each mistake.
#include "probers/workflow/workflow_module.hpp"

#include <catch2/catch.hpp>

#include "probers/workflow/step_reading.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using fleet::testing::message_of;

namespace {

std::shared_ptr<const Module> read(const std::string& yaml, const std::string& file = "w.yml") {
  auto const root = config::Document::parse("workflow:\n" + yaml, file).root();
  return read_workflow(root.mapping({"workflow"}).optional("workflow"), root, {});
}

std::string error(const std::string& yaml) {
  return message_of([&] { read(yaml); });
}

// The step that is meant for the mistake, on line 4.
std::string step_error(const std::string& rest) {
  return error("  steps:\n    - name: first\n    - {name: second, " + rest + "}\n");
}

}  // namespace

TEST_CASE("workflow module: a whole one is accepted") {
  fleet::testing::TemporaryDirectory directory;
  directory.write("password.txt", "hunter2\n");
  auto const module = read(R"(
  headers: {User-Agent: slo_prober, X-Run: "{{uuid}}"}
  variables: {user: slo, password: {value_file: password.txt}}
  body_size_limit: 1000
  preferred_ip_protocol: ip4
  tls_config: {insecure_skip_verify: true}
  steps:
    - name: login
      url: /login
      json: {user: "{{user}}", password: "{{password}}", n: 1}
      extract:
        token: {json: /access_token}
        unused: {header: X-Unused, regexp: '(\d+)'}
    - name: create
      method: PUT
      url: /tasks?at={{unix_time}}
      headers: {Authorization: "Bearer {{token}}", X-Trace: "{{trace_id}}"}
      body: "plain {{token}}"
      follow_redirects: false
      assert:
        - status: [200, 302]
        - {json: /state, equals: [1, "{{user}}"]}
        - {json: "", exists: true}
        - {header: Location, matches: '^/'}
        - {header: X-Who, equals: "{{user}}"}
        - body_matches: 'a'
        - body_not_matches: 'b'
        - max_duration: 2s
      extract: {token: {regexp: 'x(.)'}}
      retry_until: {interval: 100ms, within: 5s}
)",
                           (directory.path() / "w.yml").string());
  CHECK(module->probe({"http://127.0.0.1:1/", ""}));
  CHECK(module->probe({"127.0.0.1:1", ""}));
  CHECK_THROWS_AS(module->probe({"ftp://h/", ""}), BadTarget);
  CHECK_THROWS_AS(module->probe({"http://user:secret@h/", ""}), BadTarget);
}

TEST_CASE("workflow module: methods and expectations that are not written") {
  workflow::VariableNames none;
  auto const step = [&](const std::string& yaml) {
    return workflow::read_step(config::Document::parse(yaml, "s.yml").root(), {}, none, none);
  };
  CHECK(step("{name: a}").method == "GET");
  CHECK(step("{name: a, body: x}").method == "POST");
  CHECK(step("{name: a, json: {}}").method == "POST");
  CHECK(step("{name: a, json: {}, method: PATCH}").method == "PATCH");
  CHECK(std::get<workflow::StatusAssertion>(step("{name: a}").assertions.at(0)).valid.empty());
  CHECK(step("{name: a, assert: [{status: [404]}]}").assertions.size() == 1);
  CHECK(step("{name: a, assert: [{body_matches: x}]}").assertions.size() == 2);
}

TEST_CASE("workflow module: a variable has to be defined before it is used") {
  CHECK_THAT(step_error("url: '/x/{{tokn}}'"),
             StartsWith("w.yml:4:27: no earlier step and no `variables` define `tokn`") && Contains("`uuid`"));
  CHECK_THAT(step_error("json: {a: ['{{x}}']}"), StartsWith("w.yml:4:28: ") && Contains("`x`"));
  CHECK_THAT(step_error("body: '{{x}}'"), Contains("define `x`"));
  CHECK_THAT(step_error("headers: {A: '{{x}}'}"), StartsWith("w.yml:4:35: ") && Contains("`x`"));
  CHECK_THAT(step_error("assert: [{json: /a, equals: '{{x}}'}]"),
             StartsWith("w.yml:4:50: ") && Contains("`x`"));
  CHECK_THAT(step_error("assert: [{header: A, equals: '{{x}}'}]"), Contains("define `x`"));
  // Its own extraction comes after its request.
  CHECK_THAT(step_error("url: '/{{x}}', extract: {x: {json: /a}}"), Contains("define `x`"));
  CHECK_THAT(error("  steps:\n  - {name: a, url: '/{{x}}'}\n  - {name: b, extract: {x: {json: /a}}}\n"),
             StartsWith("w.yml:3:20: "));
  CHECK(error("  steps:\n  - {name: b, extract: {x: {json: /a}}}\n  - {name: a, url: '/{{x}}'}\n") == "");
}

TEST_CASE("workflow module: mistakes and their places") {
  auto const message = [](const char* rest) { return step_error(rest); };
  CHECK_THAT(message("url: '/{{'"), StartsWith("w.yml:4:27: `{{` without `}}`"));
  CHECK_THAT(message("url: 'http://'"), StartsWith("w.yml:4:27: expected a URL or a path"));
  CHECK_THAT(message("url: 'ftp://h/{{uuid}}'"), Contains("expected a URL or a path"));
  CHECK_THAT(message("method: 'GE T'"), StartsWith("w.yml:4:30: expected an HTTP method"));
  CHECK_THAT(message("headers: {'A B': c}"), Contains("expected the name of a header"));
  CHECK_THAT(message("body: a, json: {}"), Contains("either `body` or `json`"));
  CHECK_THAT(message("asert: []"), Contains("did you mean `assert`?"));
  CHECK_THAT(message("assert: []"), Contains("at least one entry"));
  CHECK_THAT(message("assert: [{status: [99]}]"), Contains("from 100 to 599"));
  CHECK_THAT(message("assert: [{status: [200], json: /a}]"), Contains("either `status` or `json`"));
  CHECK_THAT(message("assert: [{json: a, exists: true}]"), Contains("expected a JSON pointer"));
  CHECK_THAT(message("assert: [{json: /a}]"), Contains("expected one of `equals`, `matches`, `exists`"));
  CHECK_THAT(message("assert: [{json: /a, equals: 1, matches: b}]"), Contains("either `equals` or `matches`"));
  CHECK_THAT(message("assert: [{body_matches: '('}]"), Contains("regular expression"));
  CHECK_THAT(message("assert: [{status: [200], equals: 1}]"),
             Contains("expected `json` or `header` beside it"));
  CHECK_THAT(message("assert: [{equals: 1}]"), Contains("expected one of `status`"));
  CHECK_THAT(message("assert: [{max_duration: 1}]"), Contains("expected a duration"));
  CHECK_THAT(message("assert: [{max_duration: 1s}, {max_duration: 2s}]"), Contains("one `max_duration`"));
  CHECK_THAT(message("extract: {x: {}}"), Contains("expected one of `json`, `header`, `regexp`"));
  CHECK_THAT(message("extract: {x: {json: /a, header: B}}"), Contains("either `json` or `header`"));
  CHECK_THAT(message("extract: {'x y': {json: /a}}"), Contains("letters, digits and underscores"));
  CHECK_THAT(message("extract: {uuid: {json: /a}}"), Contains("`uuid` is a variable that is given"));
  CHECK_THAT(message("retry_until: {interval: 1s}"), Contains("missing key `within`"));
  CHECK_THAT(message("retry_until: {interval: 1s, within: 500ms}"), Contains("at least 1s"));
  CHECK_THAT(message("retry_until: {interval: 1ms, within: 1s}"), Contains("at least 10ms"));

  CHECK_THAT(error("  steps: []\n"), StartsWith("w.yml:2:"));
  CHECK_THAT(error("  headers: {A: b}\n"), Contains("missing key `steps`"));
  CHECK_THAT(error("  steps:\n  - {url: /}\n"), Contains("missing key `name`"));
  CHECK_THAT(error("  steps:\n  - {name: a}\n  - {name: a}\n"),
             StartsWith("w.yml:4:5: another step is named `a`"));
  CHECK_THAT(error("  variables: {uuid: x}\n  steps:\n  - {name: a}\n"), Contains("built in"));
  CHECK_THAT(error("  variables: {a: {value_file: absent}}\n  steps:\n  - {name: a}\n"),
             Contains("readable file"));
  CHECK_THAT(error("  variables: {a: {}}\n  steps:\n  - {name: a}\n"), Contains("missing key `value`"));
  CHECK_THAT(error("  tls_config: {ca_file: absent.pem}\n  steps:\n  - {name: a}\n"), Contains("absent.pem"));

  auto const nothing = config::Document::parse("type: workflow", "w.yml").root();
  CHECK_THAT(message_of([&] { read_workflow(std::nullopt, nothing, {}); }), Contains("missing key `workflow`"));
}
