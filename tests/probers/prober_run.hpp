// A command of slo_prober, run to its end.
#pragma once

#include <string>

#include "tests/servers/process.hpp"

namespace fleet::testing {

struct ProberRun {
  int exit;
  std::string out, err;
};

/// Runs the program in `directory`, its two outputs apart.
inline ProberRun run(const TemporaryDirectory& directory, const std::string& arguments) {
  auto const out = (directory.path() / "out").string(), err = (directory.path() / "err").string();
  Launch launch;
  launch.command = {"sh", "-c", FLEET_BIN_DIR "/slo_prober " + arguments + " >" + out + " 2>" + err};
  launch.directory = directory.path();
  Process process(std::move(launch));
  auto const exit = process.wait(std::chrono::seconds(30));
  return {exit, read_text(out), read_text(err)};
}

/// An HTTP probe of one target in a configuration file.
inline std::string http_probe(const std::string& name, const std::string& url, const std::string& more = "") {
  return "- name: " + name + "\n  type: http\n  timeout: 2s\n  interval: 10s\n" + more +
         "  targets:\n  - {name: t, url: '" + url + "'}\n";
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace fleet::testing
