#include "hcl/selector.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

namespace waypoint::hcl {
namespace {

enum class Op { kOr, kAnd, kNot, kEqual, kContains, kEmpty, kMatches };
constexpr int kMaxDepth = 500;

}  // namespace

struct Selector::Node {
  Op op;
  bool negated = false;  // of a comparison
  std::shared_ptr<const Node> left, right;
  std::vector<std::string> path;  // of the label; labels are flat, so one step finds something
  std::string value;
  std::shared_ptr<const RE2> pattern;
};

namespace {

using Node = Selector::Node;
using NodePtr = std::shared_ptr<const Node>;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<NodePtr> Parse() {
    Blank();
    ASSIGN_OR_RETURN(NodePtr root, Or(0));
    Blank();
    if (at_ != text_.size()) return Fail("unexpected text");
    return root;
  }

 private:
  absl::Status Fail(const char* what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("selector \"", std::string(text_), "\": ", what, " at column ", at_ + 1));
  }

  bool Blank() {
    size_t from = at_;
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
    return at_ > from;
  }

  bool Take(std::string_view symbol) {
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }

  // A word between blanks; the blank after `word` may be left out before a parenthesis.
  bool Word(std::string_view word) {
    size_t from = at_;
    if (Blank() && Take(word) && (Blank() || at_ == text_.size() || text_[at_] == '(')) return true;
    at_ = from;
    return false;
  }

  absl::StatusOr<NodePtr> Or(int depth) {
    ASSIGN_OR_RETURN(NodePtr left, And(depth));
    if (!Word("or")) return left;
    ASSIGN_OR_RETURN(NodePtr right, Or(depth + 1));
    return std::make_shared<const Node>(Node{Op::kOr, false, left, right, {}, {}, {}});
  }

  absl::StatusOr<NodePtr> And(int depth) {
    ASSIGN_OR_RETURN(NodePtr left, Not(depth));
    if (!Word("and")) return left;
    ASSIGN_OR_RETURN(NodePtr right, And(depth + 1));
    return std::make_shared<const Node>(Node{Op::kAnd, false, left, right, {}, {}, {}});
  }

  absl::StatusOr<NodePtr> Not(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    size_t from = at_;
    if (Take("not") && Blank()) {
      ASSIGN_OR_RETURN(NodePtr inner, Not(depth + 1));
      return std::make_shared<const Node>(Node{Op::kNot, false, inner, nullptr, {}, {}, {}});
    }
    at_ = from;
    if (!Take("(")) return Match();
    Blank();
    ASSIGN_OR_RETURN(NodePtr inner, Or(depth + 1));
    Blank();
    if (!Take(")")) return Fail("a closing parenthesis is missing");
    return inner;
  }

  absl::StatusOr<NodePtr> Match() {
    size_t from = at_;
    Node node{Op::kEqual, false, nullptr, nullptr, {}, {}, {}};
    if (std::optional<std::vector<std::string>> path = Path()) {
      node.path = *std::move(path);
      ASSIGN_OR_RETURN(bool found, Operator(node));
      if (found) return Finish(std::move(node));
    }
    at_ = from;
    std::optional<std::string> value = TakeValue();
    if (!value) return Fail("a label name or a value is expected");
    node.value = *std::move(value);
    node.negated = Word("not");
    if (node.negated) --at_;  // Word has eaten the blank that precedes `in`
    if (!Word("in")) return Fail("an operator is expected (==, !=, in, contains, matches, is empty)");
    std::optional<std::vector<std::string>> path = Path();
    if (!path) return Fail("a label name is expected");
    node.path = *std::move(path);
    node.op = Op::kContains;
    return Finish(std::move(node));
  }

  // What follows a label name; false if none of its operators does.
  absl::StatusOr<bool> Operator(Node& node) {
    size_t from = at_;
    Blank();
    if (Take("==") || Take("!=")) {
      node.negated = text_[at_ - 2] == '!';
      Blank();
      return Operand(node);
    }
    at_ = from;
    if (Word("is")) {
      node.op = Op::kEmpty;
      --at_;
      node.negated = Word("not");
      if (node.negated) --at_;
      Blank();
      if (!Take("empty")) return Fail("`empty` is expected");
      return true;
    }
    node.negated = Word("not");
    if (node.negated) --at_;
    if (Word("contains")) {
      node.op = Op::kContains;
    } else if (Word("matches")) {
      node.op = Op::kMatches;
    } else {
      node.negated = false;
      return false;
    }
    return Operand(node);
  }

  absl::StatusOr<bool> Operand(Node& node) {
    std::optional<std::string> value = TakeValue();
    if (!value) return Fail("a value is expected; quote it if it is more than letters, digits and _");
    node.value = *std::move(value);
    return true;
  }

  absl::StatusOr<NodePtr> Finish(Node node) {
    if (node.op == Op::kMatches) {
      auto pattern = std::make_shared<const RE2>(node.value, RE2::Quiet);
      if (!pattern->ok()) return Fail("invalid regular expression");
      node.pattern = std::move(pattern);
    }
    return std::make_shared<const Node>(std::move(node));
  }

  std::optional<std::string> Identifier() {
    size_t from = at_;
    if (at_ == text_.size() || !absl::ascii_isalpha(text_[at_])) return std::nullopt;
    while (at_ < text_.size() && (absl::ascii_isalnum(text_[at_]) || text_[at_] == '_' || text_[at_] == '/')) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }

  std::optional<std::vector<std::string>> Path() {
    if (text_.substr(at_).starts_with("\"/")) return Pointer();
    std::optional<std::string> first = Identifier();
    if (!first) return std::nullopt;
    std::vector<std::string> path = {*std::move(first)};
    while (at_ < text_.size()) {
      size_t from = at_;
      std::optional<std::string> step;
      if (Take(".")) {
        step = Identifier();
      } else if (Take("[")) {
        Blank();
        step = Quoted();
        Blank();
        if (!Take("]")) step = std::nullopt;
      }
      if (!step) {
        at_ = from;
        break;
      }
      path.push_back(*std::move(step));
    }
    return path;
  }

  // "/label"; ~1 and ~0 stand for / and ~.
  std::optional<std::vector<std::string>> Pointer() {
    size_t end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::vector<std::string> path;
    for (char c : text_.substr(at_ + 1, end - at_ - 1)) {
      if (c == '/') {
        path.emplace_back();
      } else if (absl::ascii_isalnum(c) || c < 0 || std::string_view("-_.~:|").find(c) != std::string_view::npos) {
        path.back() += c;
      } else {
        return std::nullopt;
      }
    }
    for (std::string& step : path) Unescape(step);
    at_ = end + 1;
    return path;
  }

  static void Unescape(std::string& step) {
    for (size_t i = 0; i + 1 < step.size(); ++i) {
      if (step[i] == '~' && (step[i + 1] == '0' || step[i + 1] == '1')) {
        step.replace(i, 2, step[i + 1] == '0' ? "~" : "/");
      }
    }
  }

  std::optional<std::string> Quoted() {
    if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '`')) return std::nullopt;
    char quote = text_[at_];
    std::string out;
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        at_ = i + 1;
        return out;
      }
      if (quote == '"' && text_[i] == '\\' && i + 1 < text_.size()) ++i;
      out += text_[i];
    }
    return std::nullopt;
  }

  std::optional<std::string> TakeValue() {
    if (std::optional<std::string> quoted = Quoted()) return quoted;
    size_t from = at_;
    if (std::optional<std::vector<std::string>> path = Path()) return std::string(text_.substr(from, at_ - from));
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    while (at_ < text_.size() && (absl::ascii_isdigit(text_[at_]) || text_[at_] == '.')) ++at_;
    bool ends = at_ == text_.size() || absl::ascii_isspace(text_[at_]) || text_[at_] == ')';
    if (at_ > from && ends) return std::string(text_.substr(from, at_ - from));
    at_ = from;
    return std::nullopt;
  }

  std::string_view text_;
  size_t at_ = 0;
};

using Labels = std::map<std::string, std::string>;
using Value = Selector::Value;

absl::StatusOr<bool> Compare(const Node& node, const Value& value) {
  if (value.list) {
    if (node.op == Op::kEmpty) return value.list->empty();
    if (node.op == Op::kContains)
      return std::find(value.list->begin(), value.list->end(), node.value) != value.list->end();
    return absl::InvalidArgumentError(absl::StrCat("\"", absl::StrJoin(node.path, "."),
                                                   "\" is a list: only in, contains and is empty can be asked of it"));
  }
  if (node.op == Op::kEqual) return value.text == node.value;
  if (node.op == Op::kContains) return value.text.find(node.value) != std::string::npos;
  if (node.op == Op::kEmpty) return value.text.empty();
  return RE2::PartialMatch(value.text, *node.pattern);
}

absl::StatusOr<bool> Evaluate(const Node& node, const Selector::Lookup& lookup) {
  if (node.op == Op::kNot) {
    ASSIGN_OR_RETURN(bool inner, Evaluate(*node.left, lookup));
    return !inner;
  }
  if (node.op == Op::kAnd || node.op == Op::kOr) {
    ASSIGN_OR_RETURN(bool left, Evaluate(*node.left, lookup));
    if (left == (node.op == Op::kOr)) return left;
    return Evaluate(*node.right, lookup);
  }
  std::optional<Value> value = lookup(node.path);
  if (!value) return absl::NotFoundError(absl::StrCat("label \"", absl::StrJoin(node.path, "."), "\" is not set"));
  ASSIGN_OR_RETURN(bool result, Compare(node, *value));
  return result != node.negated;
}

}  // namespace

absl::StatusOr<Selector> Selector::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(NodePtr root, Parser(text).Parse());
  return Selector(std::move(root));
}

absl::StatusOr<bool> Selector::Matches(const Lookup& lookup) const { return Evaluate(*root_, lookup); }

absl::StatusOr<bool> Selector::Matches(const Labels& labels) const {
  return Matches([&labels](const std::vector<std::string>& path) -> std::optional<Value> {
    auto it = path.size() == 1 ? labels.find(path[0]) : labels.end();
    if (it == labels.end()) return std::nullopt;
    return Value{it->second, std::nullopt};
  });
}

}  // namespace waypoint::hcl
