#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "probers/http/cel_node.hpp"

namespace fleet::probers::cel {

namespace {

using Node = Program::Node;
using NodePtr = std::unique_ptr<const Node>;

constexpr int kDeepest = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

template <class... Parts>
std::unique_ptr<Node> make(Operation operation, Parts... parts) {
  auto node = std::make_unique<Node>();
  node->operation = operation;
  (node->parts.push_back(std::move(parts)), ...);
  return node;
}

NodePtr make_literal(boost::json::value value) {
  auto node = make(Operation::literal);
  node->literal = std::move(value);
  return node;
}

/// Recursive descent; one method a level of precedence.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePtr parse_all() {
    auto root = parse_any_of();
    skip_blanks();
    if (at_ < text_.size()) fail(at_, "expected the end, or one of == != < <= > >= in && ||");
    return root;
  }

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& what) const { throw SyntaxError(offset, what); }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(std::string_view symbol) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  void require(std::string_view symbol) {
    if (!take(symbol)) fail(at_, "expected `" + std::string(symbol) + "`");
  }
  std::string_view take_name() {
    skip_blanks();
    auto const begin = at_;
    if (at_ < text_.size() && begins_name(text_[at_]))
      while (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  struct Level {
    Level(Parser& owner) : parser(owner) {
      if (++parser.depth_ > kDeepest) parser.fail(parser.at_, "expected less nesting");
    }
    ~Level() { --parser.depth_; }
    Parser& parser;
  };

  NodePtr parse_any_of() {
    Level const level(*this);
    auto left = parse_all_of();
    while (take("||")) left = make(Operation::any_of, std::move(left), parse_all_of());
    return left;
  }

  NodePtr parse_all_of() {
    auto left = parse_relation();
    while (take("&&")) left = make(Operation::all_of, std::move(left), parse_relation());
    return left;
  }

  std::optional<Operation> take_relation() {
    static constexpr std::array<std::pair<std::string_view, Operation>, 6> kRelations{
        {{"==", Operation::equal},
         {"!=", Operation::unequal},
         {"<=", Operation::less_or_equal},
         {">=", Operation::greater_or_equal},
         {"<", Operation::less},
         {">", Operation::greater}}};
    for (auto const& [symbol, operation] : kRelations)
      if (take(symbol)) return operation;
    auto const begin = at_;
    if (take_name() == "in") return Operation::in;
    at_ = begin;
    return std::nullopt;
  }

  NodePtr parse_relation() {
    auto left = parse_unary();
    while (auto const operation = take_relation()) left = make(*operation, std::move(left), parse_unary());
    return left;
  }

  NodePtr parse_unary() {
    Level const level(*this);
    skip_blanks();
    if (text_.substr(at_).starts_with("!") && !text_.substr(at_).starts_with("!=")) {
      ++at_;
      return make(Operation::negate, parse_unary());
    }
    return parse_path();
  }

  NodePtr parse_path() {
    auto value = parse_primary();
    for (;;) {
      if (take(".")) {
        auto const begin = at_;
        auto const name = take_name();
        if (name.empty()) fail(begin, "expected the name of a member");
        value = take("(") ? parse_method(std::move(value), name, begin) : member(std::move(value), name);
      } else if (take("[")) {
        auto key = parse_any_of();
        require("]");
        value = make(Operation::index, std::move(value), std::move(key));
      } else {
        return value;
      }
    }
  }

  static NodePtr member(NodePtr of, std::string_view name) {
    auto node = make(Operation::member, std::move(of));
    node->text = name;
    return node;
  }

  NodePtr parse_method(NodePtr of, std::string_view name, std::size_t begin) {
    if (name == "size") {
      require(")");
      return make(Operation::size, std::move(of));
    }
    static constexpr std::array<std::pair<std::string_view, Operation>, 4> kMethods{
        {{"startsWith", Operation::starts_with},
         {"endsWith", Operation::ends_with},
         {"contains", Operation::contains},
         {"matches", Operation::matches}}};
    for (auto const& [known, operation] : kMethods) {
      if (known != name) continue;
      skip_blanks();
      auto const where = at_;
      auto argument = parse_any_of();
      require(")");
      auto node = make(operation, std::move(of), std::move(argument));
      if (operation == Operation::matches) node->regex = regex_of(*node->parts[1], where);
      return node;
    }
    fail(begin, "expected size, startsWith, endsWith, contains or matches");
  }

  std::shared_ptr<const re2::RE2> regex_of(const Node& argument, std::size_t where) const {
    if (argument.operation != Operation::literal || !argument.literal.is_string())
      fail(where, "expected a text between quotes");
    auto const& text = argument.literal.get_string();
    auto regex = std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), re2::RE2::Quiet);
    if (!regex->ok()) fail(where, "expected a regular expression (RE2): " + regex->error());
    return regex;
  }

  NodePtr parse_primary() {
    skip_blanks();
    auto const begin = at_;
    if (take("(")) {
      auto inner = parse_any_of();
      require(")");
      return inner;
    }
    if (take("[")) return parse_list();
    if (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '-')) return parse_number();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return parse_text(false);
    auto const name = take_name();
    bool const quoted = at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'');
    if ((name == "r" || name == "R") && quoted) return parse_text(true);
    if (name == "body") return make(Operation::body);
    if (name == "true" || name == "false") return make_literal(name == "true");
    if (name == "null") return make_literal(nullptr);
    if ((name == "size" || name == "has") && take("(")) {
      auto argument = parse_any_of();
      require(")");
      if (name == "size") return make(Operation::size, std::move(argument));
      if (argument->operation != Operation::member) fail(begin, "expected has(body.member)");
      return make(Operation::has, std::move(argument));
    }
    fail(begin, name.empty() ? "expected a value"
                             : "expected `body`, a literal, size() or has(), got `" + std::string(name) + "`");
  }

  NodePtr parse_list() {
    auto list = make(Operation::list);
    if (take("]")) return list;
    do list->parts.push_back(parse_any_of());
    while (take(","));
    require("]");
    return list;
  }

  NodePtr parse_number() {
    auto const begin = at_;
    double value = 0;
    auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) fail(begin, "expected a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    if (text_.substr(at_).starts_with("u")) ++at_;
    if (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_])))
      fail(begin, "expected a number");
    return make_literal(value);
  }

  NodePtr parse_text(bool raw) {
    auto const begin = at_;
    char const quote = text_[at_++];
    if (text_.substr(at_).starts_with(std::string(2, quote))) fail(begin, "expected no triple quotes");
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
      char const c = text_[at_++];
      if (c == '\\' && !raw)
        text += parse_escape();
      else
        text += c;
    }
    if (at_ == text_.size()) fail(begin, "expected the text to end with its quote");
    ++at_;
    return make_literal(boost::json::string(text));
  }

  std::string parse_escape() {
    auto const begin = at_ - 1;
    char const c = at_ < text_.size() ? text_[at_++] : '\0';
    switch (c) {
      case '\\':
      case '\'':
      case '"':
      case '`':
      case '?':
        return std::string(1, c);
      case 'n':
        return "\n";
      case 'r':
        return "\r";
      case 't':
        return "\t";
      case 'u':
        return parse_code_point(begin);
      default:
        fail(begin, "expected an escape such as \\n, \\\\ or \\u0020");
    }
  }

  std::string parse_code_point(std::size_t begin) {
    unsigned code = 0;
    auto const digits = text_.substr(at_, 4);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    bool const surrogate = code >= 0xd800 && code < 0xe000;
    if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4 || surrogate)
      fail(begin, "expected four hexadecimal digits");
    at_ += 4;
    if (code < 0x80) return std::string(1, static_cast<char>(code));
    std::string utf8;
    if (code >= 0x800) utf8 += static_cast<char>(0xe0 | code >> 12);
    utf8 += static_cast<char>(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6);
    return utf8 += static_cast<char>(0x80 | (code & 0x3f));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<const Program::Node> parse(std::string_view text) { return Parser(text).parse_all(); }

}  // namespace fleet::probers::cel
