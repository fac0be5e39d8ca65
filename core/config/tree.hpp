// The parsed form of a YAML file; private to core/config.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"

namespace fleet::config {

/// What a document is called in errors.
struct Value::Source {
  std::string name;       ///< as given by the caller
  std::string directory;  ///< where relative paths begin; "" for the working directory
};

/// One YAML node. Immutable once parsed; an alias shares the node of its anchor.
struct Node {
  enum class Kind { null, scalar, list, mapping };
  Kind kind = Kind::null;
  std::size_t line = 1, column = 1;  // 1-based, in characters
  std::string text;
  bool quoted = false;  // in quotes or as a block
  std::vector<std::shared_ptr<const Node>> items;
  std::vector<std::pair<std::shared_ptr<const Node>, std::shared_ptr<const Node>>> members;
};

/// Parses `text`, which holds one document; throws Error as Document::parse() documents.
std::shared_ptr<const Node> parse_tree(const std::string& text, const std::string& name);
/// Parses every document of `text`, in order; those that hold nothing are left out. At least one.
std::vector<std::shared_ptr<const Node>> parse_trees(const std::string& text, const std::string& name);

}  // namespace fleet::config
