// The files of docker/, for tests.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fleet::testing {

/// A file or folder of the repository.
std::filesystem::path in_source(const std::string& path);
std::string text_of(const std::filesystem::path& file);
/// All documents of a YAML file; throws, naming the file, if it is none.
std::vector<YAML::Node> documents_of(const std::filesystem::path& file);
/// The files below a folder that end so, sorted.
std::vector<std::filesystem::path> files_below(const std::string& folder, const std::string& ending);
/// A mapping's value, looked for in what it merges (`<<: *anchor`) as well; undefined if it is in neither.
YAML::Node merged(const YAML::Node& mapping, const std::string& key);
std::vector<std::string> texts(const YAML::Node& list);

/// A target of a Dockerfile that nothing else is built from.
struct Image {
  std::string user;                 ///< in force at its end
  std::string entrypoint, command;  ///< as they are written; empty if there is none
  std::string healthcheck;          ///< likewise
  std::string title;                ///< of its labels
  std::vector<std::string> ports;   ///< EXPOSE
};
/// The targets of a Dockerfile that have an ENTRYPOINT, by name.
std::map<std::string, Image> images_of(const std::filesystem::path& dockerfile);

}  // namespace fleet::testing
