#include "tests/docker/documents.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace fleet::testing {
namespace {

// Lines that end with a backslash are one.
std::vector<std::string> instructions(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  std::string whole;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.empty()) continue;
    bool const goes_on = line.ends_with('\\');
    if (goes_on) line.pop_back();
    whole += line;
    if (goes_on) continue;
    found.push_back(whole);
    whole.clear();
  }
  return found;
}

std::string after(const std::string& text, const std::string& mark, char end) {
  auto const begin = text.find(mark);
  if (begin == std::string::npos) return {};
  auto const from = begin + mark.size();
  return text.substr(from, text.find(end, from) - from);
}

void apply(Image& image, const std::string& word, const std::string& rest) {
  if (word == "USER") image.user = rest;
  if (word == "ENTRYPOINT") image.entrypoint = rest;
  if (word == "CMD") image.command = rest;
  if (word == "HEALTHCHECK") image.healthcheck = rest;
  if (word == "LABEL" && rest.find("image.title=\"") != std::string::npos)
    image.title = after(rest, "image.title=\"", '"');
  if (word == "EXPOSE") {
    std::istringstream ports(rest);
    for (std::string port; ports >> port;) image.ports.push_back(port);
  }
}

}  // namespace

std::filesystem::path in_source(const std::string& path) {
  return std::filesystem::path(FLEET_SOURCE_DIR) / path;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<YAML::Node> documents_of(const std::filesystem::path& file) {
  try {
    return YAML::LoadAll(text_of(file));
  } catch (const YAML::Exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

std::vector<std::filesystem::path> files_below(const std::string& folder, const std::string& ending) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(in_source(folder))) {
    if (entry.is_regular_file() && entry.path().string().ends_with(ending)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

YAML::Node merged(const YAML::Node& mapping, const std::string& key) {
  if (mapping[key]) return mapping[key];
  if (mapping["<<"]) return mapping["<<"][key];
  return YAML::Node(YAML::NodeType::Undefined);
}

std::vector<std::string> texts(const YAML::Node& list) {
  std::vector<std::string> out;
  for (auto const& item : list) out.push_back(item.as<std::string>());
  return out;
}

std::map<std::string, Image> images_of(const std::filesystem::path& dockerfile) {
  std::map<std::string, Image> stages;
  Image* current = nullptr;
  for (std::string const& line : instructions(text_of(dockerfile))) {
    auto const space = line.find(' ');
    std::string const word = line.substr(0, space), rest = line.substr(space + 1);
    if (word == "FROM") {
      auto const as = rest.find(" AS ");
      std::string const base = rest.substr(0, as), name = rest.substr(as + 4);
      current = &(stages[name] = stages.contains(base) ? stages.at(base) : Image{});
    } else if (current != nullptr) {
      apply(*current, word, rest);
    }
  }
  std::erase_if(stages, [](auto const& stage) { return stage.second.entrypoint.empty(); });
  return stages;
}

}  // namespace fleet::testing
