// The two probers side by side, driven and measured from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::bench {

/// A running prober with its own directory and port.
class Program {
 public:
  /// Debian's blackbox_exporter with this configuration.
  static Program blackbox(const std::string& configuration);
  /// slo_prober with this configuration.
  static Program ours(const std::string& configuration, const std::vector<std::string>& flags = {});

  std::uint16_t port() const { return port_; }
  double cpu_seconds() const;           ///< user and system time so far
  double resident_bytes() const;        ///< now
  std::string page(const std::string& path) const;

 private:
  Program(std::vector<std::string> command, std::uint16_t port);
  std::unique_ptr<testing::TemporaryDirectory> directory_;
  std::unique_ptr<testing::Process> process_;
  std::uint16_t port_ = 0;
};

/// Sum over all series of a family whose labels contain `label` (any if empty).
double sum_of(const std::string& page, const std::string& family, const std::string& label = "");
/// The values of all series of a family.
std::vector<double> values_of(const std::string& page, const std::string& family);
/// Upper bound of the histogram bucket, over all series, within which the quantile lies.
double bucket_quantile(const std::string& page, const std::string& family, double quantile);

/// GET /probe at a fixed rate over kept connections for as long as told; the probe_duration_seconds of each page.
std::vector<double> drive(const Program& program, const std::string& query, double per_second, double seconds);

/// GET /probe `count` times at once, each on its own connection, and returns while they hang; closing happens when the returned
/// descriptors are closed.
std::vector<int> hang(const Program& program, const std::string& query, int count);

/// The nearest-rank quantile.
double quantile(std::vector<double> values, double q);

}  // namespace fleet::bench
