#include "core/config/tree.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

#include "core/config/utf8.hpp"

namespace fleet::config {
namespace {

struct Place {
  std::size_t line, column;
};

[[noreturn]] void fail_at(const std::string& name, Place place, std::string_view message) {
  throw Error(name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
              std::string(message));
}

// Refuses what yaml-cpp would silently repair or misread: broken UTF-8, control characters, tabs as
// indentation.
void check_text(std::string_view text, const std::string& name) {
  Place place{1, 1};
  bool indentation = true;
  for (std::size_t at = 0; at < text.size();) {
    auto const c = static_cast<unsigned char>(text[at]);
    std::size_t const length = utf8_length(text.substr(at));
    if (length == 0) fail_at(name, place, "expected UTF-8 text");
    bool const control = (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
    if (control) fail_at(name, place, "expected text, got a control character");
    if (c == '\t' && indentation) fail_at(name, place, "expected spaces for indentation, got a tab");
    at += length;
    if (c == '\n') {
      ++place.line;
      place.column = 1;
      indentation = true;
    } else {
      ++place.column;
      if (c != ' ') indentation = false;
    }
  }
}

enum class Documents { one, several };

class Builder : public YAML::EventHandler {
 public:
  Builder(const std::string& text, const std::string& name, Documents allowed)
      : name_(name), allowed_(allowed) {
    lines_.push_back(0);
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n') lines_.push_back(at + 1);
    }
    text_ = text;
  }

  const std::vector<std::shared_ptr<const Node>>& roots() const { return roots_; }

  // yaml-cpp counts lines and bytes from 0.
  Place place(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= lines_.size()) return {lines_.size(), 1};
    std::size_t const begin = lines_[static_cast<std::size_t>(mark.line)];
    std::size_t const end = std::max(begin, offset(mark));
    auto const first = text_.begin() + static_cast<std::ptrdiff_t>(begin);
    auto const last = text_.begin() + static_cast<std::ptrdiff_t>(end);
    auto const characters = std::count_if(first, last, [](char c) { return (c & 0xC0) != 0x80; });
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(characters) + 1};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    if (documents_++ == 0) return;
    bool const marked = text_.compare(offset(mark), 3, "---") == 0;
    if (!marked)
      fail_at(name_, place(mark), "expected the end of the document, got more at another indentation");
    if (allowed_ == Documents::one)
      fail_at(name_, place(mark), "expected one document in the file, got a second one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(mark, Node::Kind::null);
    // The mark of an absent value is that of the next token: the key says better where something is missing.
    if (!open_.empty() && open_.back().key) {
      node->line = open_.back().key->line;
      node->column = open_.back().key->column;
    }
    finish(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto const found = anchors_.find(anchor);
    if (found == anchors_.end())
      fail_at(name_, place(mark), "expected an alias of a finished value, got a cycle");
    add(found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") check_closed(mark);
    auto node = make(mark, Node::Kind::scalar);
    node->text = value;
    node->quoted = tag == "!";
    finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back({make(mark, Node::Kind::list), anchor, nullptr, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back({make(mark, Node::Kind::mapping), anchor, nullptr, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor;
    std::shared_ptr<const Node> key;                // of a mapping, while its value is awaited
    std::map<std::string, std::size_t> first_line;  // of each key so far
  };

  std::size_t offset(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= lines_.size()) return text_.size();
    std::size_t const begin = lines_[static_cast<std::size_t>(mark.line)];
    return std::min(text_.size(), begin + static_cast<std::size_t>(std::max(0, mark.column)));
  }
  // yaml-cpp closes a quote by itself at the end of a file. Block scalars have no quotes, only characters that
  // look like them.
  void check_closed(const YAML::Mark& mark) const {
    std::size_t const open = text_.find_first_of("'\"|>", offset(mark));
    if (open == std::string::npos || text_[open] == '|' || text_[open] == '>') return;
    bool const single = text_[open] == '\'';
    for (std::size_t at = open + 1; at < text_.size(); ++at) {
      if (!single && text_[at] == '\\') {
        ++at;
      } else if (single && text_.compare(at, 2, "''") == 0) {
        ++at;
      } else if (text_[at] == text_[open]) {
        return;
      }
    }
    fail_at(name_, place(mark), "expected a closing quote for this text");
  }

  std::shared_ptr<Node> make(const YAML::Mark& mark, Node::Kind kind) const {
    auto node = std::make_shared<Node>();
    Place const at = place(mark);
    node->kind = kind;
    node->line = at.line;
    node->column = at.column;
    return node;
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    fail_at(name_, place(mark), "expected a value without a tag, got " + tag);
  }
  void close() {
    Open ended = std::move(open_.back());
    open_.pop_back();
    finish(std::move(ended.node), ended.anchor);
  }
  void finish(std::shared_ptr<const Node> node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    add(std::move(node));
  }
  void add(std::shared_ptr<const Node> node) {
    if (open_.empty()) {
      roots_.push_back(std::move(node));
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Node::Kind::list) {
      parent.node->items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node->kind != Node::Kind::scalar)
        fail_at(name_, {node->line, node->column}, "expected a text as key");
      auto const [first, fresh] = parent.first_line.emplace(node->text, node->line);
      if (!fresh) {
        fail_at(name_, {node->line, node->column},
                "duplicate key `" + node->text + "`, first given on line " + std::to_string(first->second));
      }
      parent.key = std::move(node);
    } else {
      parent.node->members.emplace_back(std::move(parent.key), std::move(node));
      parent.key = nullptr;
    }
  }

  const std::string& name_;
  std::string text_;
  std::vector<std::size_t> lines_;  // where each begins
  Documents allowed_;
  int documents_ = 0;
  std::vector<std::shared_ptr<const Node>> roots_;  // of the documents
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<const Node>> anchors_;
};

std::vector<std::shared_ptr<const Node>> parse(const std::string& text, const std::string& name,
                                               Documents allowed) {
  check_text(text, name);
  Builder builder(text, name, allowed);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& error) {  // whose own message is "bad file"
    fail_at(name, builder.place(error.mark), "expected values that are nested less deeply");
  } catch (const YAML::Exception& error) {
    if (error.mark.is_null()) throw Error(name + ": " + error.msg);
    fail_at(name, builder.place(error.mark), "expected YAML: " + error.msg);
  }
  if (builder.roots().empty()) fail_at(name, {1, 1}, "expected a configuration, got an empty file");
  return builder.roots();
}

}  // namespace

std::shared_ptr<const Node> parse_tree(const std::string& text, const std::string& name) {
  return parse(text, name, Documents::one).front();
}

std::vector<std::shared_ptr<const Node>> parse_trees(const std::string& text, const std::string& name) {
  auto trees = parse(text, name, Documents::several);
  std::erase_if(trees, [](const auto& tree) { return tree->kind == Node::Kind::null; });
  if (trees.empty()) fail_at(name, {1, 1}, "expected a configuration, got only empty documents");
  return trees;
}

}  // namespace fleet::config
