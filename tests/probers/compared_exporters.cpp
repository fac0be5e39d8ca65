#include "tests/probers/compared_exporters.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (unsigned char const c : text) {
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), "%%%02X", c);
    out += std::isalnum(c) != 0 ? std::string(1, static_cast<char>(c)) : hex.data();
  }
  return out;
}

std::string series_of(const std::string& line) {
  auto const brace = line.find('{');
  auto const name = line.substr(0, line.find_first_of("{ "));
  if (brace == line.npos) return name;
  return line.compare(brace, 8, "{phase=\"") == 0 ? line.substr(0, line.rfind('}') + 1) : name + "{}";
}

ProbedPage ask(std::uint16_t port, const std::string& module, const std::string& target,
               const std::string& more) {
  auto const answer = http_get(port, "/probe?module=" + module + "&target=" + escaped(target) + more);
  ProbedPage page{answer.status, answer.status == 200 ? "" : answer.body, {}};
  std::istringstream lines(answer.body);
  for (std::string line; answer.status == 200 && std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    page.text += line + "\n";
    page.samples[series_of(line)] = std::stod(line.substr(line.rfind(' ')));
  }
  return page;
}

std::unique_ptr<Process> start(std::vector<std::string> command, const std::string& output) {
  Launch launch;
  launch.command = std::move(command);
  launch.output = output;
  return std::make_unique<Process>(std::move(launch));
}

}  // namespace

ComparedExporters::ComparedExporters(const std::string& blackbox_yml)
    : their_port_(free_port()), our_port_(free_port()) {
  auto const config = "--config.file=" + directory_.write("blackbox.yml", blackbox_yml);
  auto const listen = [](std::uint16_t port) {
    return "--web.listen-address=127.0.0.1:" + std::to_string(port);
  };
  auto const log = [this](const std::string& name) { return (directory_.path() / name).string(); };
  theirs_ = start({"prometheus-blackbox-exporter", config, listen(their_port_)}, log("theirs"));
  ours_ = start({FLEET_BIN_DIR "/slo_prober", config, listen(our_port_)}, log("ours"));
  if (!wait_until([&] { return accepts(their_port_) && accepts(our_port_); })) {
    throw std::runtime_error("not both got ready:\n" + theirs_->output() + "\n" + ours_->output());
  }
}

ProbedPage ComparedExporters::theirs(const std::string& module, const std::string& target,
                                     const std::string& more) const {
  return ask(their_port_, module, target, more);
}

ProbedPage ComparedExporters::ours(const std::string& module, const std::string& target,
                                   const std::string& more) const {
  return ask(our_port_, module, target, more);
}

}  // namespace fleet::testing
