#include "slo/spec/specifications.hpp"

#include <stdexcept>

#include "slo/spec/impossibilities.hpp"
#include "slo/spec/openslo.hpp"
#include "slo/spec/sloth_spec.hpp"
#include "slo/spec/spec_files.hpp"

namespace fleet::slo {

namespace {

enum class Dialect { sloth_file, sloth_manifest, openslo, openslo_alpha };

std::optional<config::Value> member(const config::Value& root, std::string_view wanted) {
  for (const auto& [key, value] : root.entries()) {
    if (key.verbatim() == wanted) return value;
  }
  return std::nullopt;
}

Dialect dialect_of(const config::Value& root) {
  if (auto const version = member(root, "version")) {
    version->one_of({"prometheus/v1"});
    return Dialect::sloth_file;
  }
  auto const api = member(root, "apiVersion");
  if (!api) root.fail("missing key `version` (of Sloth's files) or `apiVersion` (of manifests and OpenSLO)");
  std::string const name = api->one_of({"sloth.slok.dev/v1", "openslo/v1", "openslo/v1alpha"});
  if (name == "sloth.slok.dev/v1") return Dialect::sloth_manifest;
  return name == "openslo/v1" ? Dialect::openslo : Dialect::openslo_alpha;
}

// OpenSLO's objects may stand in a list as well as in documents of their own.
std::vector<config::Value> objects_in(const std::vector<config::Document>& documents) {
  std::vector<config::Value> out;
  for (const auto& document : documents) {
    if (!document.root().is_list()) {
      out.push_back(document.root());
      continue;
    }
    for (auto& object : document.root().list()) {
      auto const dialect = dialect_of(object);
      if (dialect != Dialect::openslo && dialect != Dialect::openslo_alpha)
        object.fail("expected an object of OpenSLO: others cannot stand in a list");
      out.push_back(std::move(object));
    }
  }
  return out;
}

std::vector<Specification> read_documents(const std::vector<config::Document>& documents,
                                          const ReadingOptions& options) {
  auto const roots = objects_in(documents);
  OpenSloObjects objects;
  for (const auto& root : roots) {
    if (dialect_of(root) == Dialect::openslo) objects.add(root);
  }
  std::vector<Specification> out;
  for (const auto& root : roots) {
    switch (dialect_of(root)) {
      case Dialect::sloth_file:
        out.push_back(read_sloth_file(root, options));
        break;
      case Dialect::sloth_manifest:
        out.push_back(read_sloth_manifest(root, options));
        break;
      case Dialect::openslo_alpha:
        if (auto const kind = member(root, "kind"); kind && kind->is_scalar() && kind->text() == "Service")
          break;
        out.push_back(read_openslo_alpha(root, options));
        break;
      case Dialect::openslo:
        if (member(root, "kind")->text() == "SLO") out.push_back(read_openslo(root, objects, options));
        break;
    }
  }
  if (out.empty()) roots.front().fail("expected at least one SLO in these files");
  refuse_duplicates(out);
  return out;
}

}  // namespace

std::vector<Specification> read_specifications(const std::vector<std::string>& paths,
                                               const ReadingOptions& options) {
  std::vector<config::Document> documents;
  for (const auto& path : paths) {
    for (const auto& file : spec_files(path)) {
      for (auto& document : config::Document::load_all(file)) documents.push_back(std::move(document));
    }
  }
  if (documents.empty()) throw std::invalid_argument("no specification was given");
  return read_documents(documents, options);
}

std::vector<Specification> parse_specifications(const std::string& text, const std::string& name,
                                                const ReadingOptions& options) {
  return read_documents(config::Document::parse_all(text, name), options);
}

}  // namespace fleet::slo
