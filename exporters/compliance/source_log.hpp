// Log lines of a source over HTTP: when its failure begins, changes or ends, not at every scrape.
#pragma once

#include <string>
#include <utility>

namespace fleet::exporters::compliance {

class SourceLog {
 public:
  /// `name`: "compliance monitor".
  SourceLog(std::string name, std::string url) : name_(std::move(name)), url_(std::move(url)) {}
  /// What is wrong now; "" if nothing is.
  void note(const std::string& failure);

 private:
  std::string name_, url_, last_;
};

}  // namespace fleet::exporters::compliance
