// A running toy_service and its configuration file.
#pragma once

#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {

class Toy {
 public:
  explicit Toy(const std::string& config, const std::vector<std::string>& flags = {})
      : port_(free_port()), process_(launch(config, flags)) {
    if (!wait_until([&] { return accepts(port_) || !process_.running(); })) throw std::runtime_error(log());
  }
  std::uint16_t port() const { return port_; }
  Process& process() { return process_; }
  std::string log() const { return process_.output(); }
  void configure(const std::string& config) const { directory_.write("toy.yml", config); }
  HttpAnswer metrics(const std::map<std::string, std::string>& headers = {}) const {
    return http_get(port_, "/metrics", headers, std::chrono::seconds(20));
  }
  /// How often a collector with `trace_file: trace` has begun.
  std::size_t runs() const {
    std::string const text = read_text(directory_.path() / "trace");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  std::string file() const { return directory_.path() / "toy.yml"; }

 private:
  Launch launch(const std::string& config, const std::vector<std::string>& flags) {
    configure(config);
    Launch launch;
    launch.command = {TOY_SERVICE, "--config.file=" + file(),
                      "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
    launch.command.insert(launch.command.end(), flags.begin(), flags.end());
    launch.output = directory_.path() / "log";
    return launch;
  }

  TemporaryDirectory directory_;
  std::uint16_t port_;
  Process process_;
};

/// Whether the page has exactly this line.
inline bool has_line(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

/// The value of the sample `name{labels}`; throws if the page has none.
inline double sample(const std::string& page, const std::string& name) {
  std::size_t const at = ("\n" + page).find("\n" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("no sample " + name + " in\n" + page);
  return std::stod(page.substr(at + name.size() + 1));
}

inline std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace fleet::testing
