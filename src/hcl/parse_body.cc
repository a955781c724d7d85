// Bodies, attributes and blocks (waypoint-hcl.md A2).
#include "absl/container/flat_hash_map.h"
#include "hcl/parser.h"
#include "hcl/parser_nested.h"
#include "hcl/text.h"

namespace waypoint::hcl {

using T = TokenType;

namespace {

constexpr char kItemRequired[] = "Argument or block definition required";
constexpr char kBadBlock[] = "Invalid block definition";
constexpr char kBadSingle[] = "Invalid single-argument block definition";

// Names seen in one body: a short scan first, a table once there are many.
class SeenNames {
 public:
  const AttributeNode* Insert(const AttributeNode* attribute) {
    if (few_.empty()) few_.reserve(kFew);
    if (few_.size() < kFew) {
      for (const AttributeNode* seen : few_) {
        if (seen->name == attribute->name) return seen;
      }
      few_.push_back(attribute);
      return nullptr;
    }
    if (table_.empty()) {
      for (const AttributeNode* seen : few_) table_.emplace(seen->name, seen);
    }
    auto [at, fresh] = table_.emplace(attribute->name, attribute);
    return fresh ? nullptr : at->second;
  }

 private:
  static constexpr size_t kFew = 12;
  std::vector<const AttributeNode*> few_;
  absl::flat_hash_map<std::string_view, const AttributeNode*> table_;
};

}  // namespace

const BodyNode* Parser::Body(T end) {
  Nested nested(this);
  const Span start = peeker_.PreviousSpan();
  Span last = start;
  std::vector<BodyItem> items;
  items.reserve(8);
  SeenNames names;
  for (bool open = !TooDeep(start); open;) {
    const Token next = peeker_.Peek();
    if (next.type == end) {
      last = peeker_.Read().span;
      break;
    }
    if (next.type == T::kNewline) {
      peeker_.Read();
    } else if (next.type == T::kIdent) {
      const BodyItem item = Item();
      const AttributeNode* first = item.attribute ? names.Insert(item.attribute) : nullptr;
      if (first != nullptr) {
        Error("Attribute redefined",
              Cat("\"", first->name, "\" was already set on line ", first->name_span.start.line,
                  ". An argument may be set once only."),
              item.attribute->name_span);
      } else if (item.attribute || item.block) {
        items.push_back(item);
      }
    } else {
      peeker_.Read();
      if (next.type == T::kOQuote) {
        ErrorUnlessRecovering("Invalid argument name", "The name of an argument stands without quotes.", next.span);
      } else {
        ErrorUnlessRecovering(kItemRequired, "Expected an argument (name = value) or a block (type { ... }) here.",
                              next.span);
      }
      last = peeker_.PreviousSpan();
      Recover(end);
      open = false;
    }
  }
  return arena_.New<BodyNode>(arena_.Copy(items), Join(start, last), Span{last.end, last.end});
}

BodyItem Parser::Item() {
  const Token name = peeker_.Read();
  switch (peeker_.Peek().type) {
    case T::kEqual:
      return {Attribute(name, false), nullptr};
    case T::kOQuote:
    case T::kOBrace:
    case T::kIdent:
      return {nullptr, Block(name)};
    default:
      RecoverAfterBodyItem();
      Error(kItemRequired,
            "Expected an argument or a block here. To set an argument, write an equals sign (\"=\") and its value.",
            name.span);
      return {nullptr, nullptr};
  }
}

const AttributeNode* Parser::Attribute(const Token& name, bool single_line) {
  const Token equals = peeker_.Read();
  const size_t errors = errors_;
  const Expr* value = Expression();
  Span end = peeker_.PreviousSpan();
  if (Failed(errors)) {
    RecoverAfterBodyItem();
  } else if (!single_line) {
    EndAttribute(name, &end);
  }
  return arena_.New<AttributeNode>(Text(name), value, Join(name.span, end), name.span, equals.span);
}

void Parser::EndAttribute(const Token& name, Span* end) {
  const Token next = peeker_.Peek();
  *end = peeker_.PreviousSpan();
  if (next.type == T::kNewline || next.type == T::kEOF) {
    peeker_.Read();
    return;
  }
  if (next.type == T::kComma) {
    ErrorUnlessRecovering("Unexpected comma after argument",
                          "Arguments of a block are separated by newlines, not by commas.", next.span, &name.span);
  } else {
    ErrorUnlessRecovering("Missing newline after argument", "The definition of an argument ends with its line.",
                          next.span, &name.span);
  }
  RecoverAfterBodyItem();
}

const BlockNode* Parser::Block(const Token& type) {
  BlockNode block{Text(type), {}, nullptr, type.span, {}, type.span, type.span};
  std::vector<std::string_view> labels;
  std::vector<Span> label_spans;
  const bool opened = BlockHeader(type, &block, labels, label_spans);
  block.labels = arena_.Copy(labels);
  block.label_spans = arena_.Copy(label_spans);
  if (!opened) {
    RecoverAfterBodyItem();
    block.body = arena_.New<BodyNode>(ArenaList<BodyItem>{}, type.span, type.span);
    return arena_.New<BlockNode>(block);
  }
  block.body = BlockBody();
  block.close_span = peeker_.PreviousSpan();
  const Token next = peeker_.Peek();
  if (next.type == T::kNewline || next.type == T::kEOF) {
    peeker_.Read();
  } else {
    ErrorUnlessRecovering("Missing newline after block definition", "The definition of a block ends with its line.",
                          next.span, &type.span);
    RecoverAfterBodyItem();
  }
  if (block.body == nullptr) {
    block.body = arena_.New<BodyNode>(ArenaList<BodyItem>{}, Join(block.open_span, block.close_span), block.close_span);
  }
  return arena_.New<BlockNode>(block);
}

// Labels up to and with the opening brace; false after an error.
bool Parser::BlockHeader(const Token& type, BlockNode* block, std::vector<std::string_view>& labels,
                         std::vector<Span>& label_spans) {
  while (true) {
    const Token next = peeker_.Peek();
    switch (next.type) {
      case T::kOBrace:
        block->open_span = peeker_.Read().span;
        return true;
      case T::kOQuote: {
        Span span;
        labels.push_back(Label(&span));
        label_spans.push_back(span);
        break;
      }
      case T::kIdent:
        peeker_.Read();
        labels.push_back(Text(next));
        label_spans.push_back(next.span);
        break;
      case T::kEqual:
        Error(kBadBlock, "An equals sign (\"=\") belongs to an argument, not to a block.", next.span, &type.span);
        return false;
      case T::kNewline:
        Error(kBadBlock, "The content of a block stands in \"{\" and \"}\", beginning on the line of its header.",
              next.span, &type.span);
        return false;
      default:
        ErrorUnlessRecovering(kBadBlock, "Expected a label in quotes or an opening brace (\"{\") here.", next.span,
                              &type.span);
        return false;
    }
  }
}

const BodyNode* Parser::BlockBody() {
  const T next = peeker_.Peek().type;
  if (next == T::kNewline || next == T::kEOF || next == T::kCBrace) return Body(T::kCBrace);
  const BodyNode* body = SingleAttributeBody();
  EndSingleAttributeBody();
  return body;
}

// "{ name = value }", all on one line.
const BodyNode* Parser::SingleAttributeBody() {
  const Token name = peeker_.Read();
  if (name.type != T::kIdent) {
    RecoverAfterBodyItem();
    Error(kItemRequired, "Expected an argument (name = value) here.", name.span);
    return nullptr;
  }
  const Token next = peeker_.Peek();
  if (next.type == T::kEqual) {
    const BodyItem item{Attribute(name, true), nullptr};
    const Pos end = item.attribute->span.end;
    return arena_.New<BodyNode>(arena_.Copy(&item, 1), item.attribute->span, Span{end, end});
  }
  RecoverAfterBodyItem();
  if (next.type == T::kOQuote || next.type == T::kOBrace || next.type == T::kIdent) {
    Error("Argument definition required",
          Cat("A block on a single line holds one argument only. If \"", Text(name),
              "\" is meant to be one, give it a value with an equals sign; a nested block stands on lines of "
              "its own."),
          Join(name.span, next.span));
  } else {
    Error(kItemRequired, "Expected an argument (name = value) here.", name.span);
  }
  return nullptr;
}

void Parser::EndSingleAttributeBody() {
  const Token next = peeker_.Peek();
  switch (next.type) {
    case T::kCBrace:
      peeker_.Read();
      return;
    case T::kComma:
      Error(kBadSingle, "A block on a single line holds one argument only. Write several on lines of their own.",
            next.span);
      break;
    case T::kNewline:
      Error(kBadSingle, "A block whose argument stands on the line of its header must also be closed on that line.",
            next.span);
      break;
    default:
      ErrorUnlessRecovering(kBadSingle, "Right after the single argument comes the closing brace.", next.span);
      break;
  }
  Recover(T::kCBrace);
}

// A quoted string without template sequences.
std::string_view Parser::Label(Span* span) {
  const Token open = peeker_.Read();
  std::string_view text;
  std::string joined;  // only when the literal comes in several tokens
  Span end = open.span;
  const auto add = [&](std::string_view part) {
    if (!joined.empty() || !text.empty()) {
      if (joined.empty()) joined = text;
      joined += part;
    } else {
      text = part;
    }
  };
  for (bool more = true; more;) {
    const Token token = peeker_.Read();
    end = token.span;
    switch (token.type) {
      case T::kCQuote:
        more = false;
        break;
      case T::kQuotedLit:
        add(StringLiteral(token));
        break;
      case T::kTemplateInterp:
      case T::kTemplateControl: {
        const std::string_view sign = token.type == T::kTemplateInterp ? "$" : "%";
        Error("Invalid string literal",
              Cat("This string cannot contain template sequences. For a literal ", sign, "{ write ", sign, sign, "{."),
              token.span, &open.span);
        add(sign == "$" ? "${ ... }" : "%{ ... }");
        Recover(T::kTemplateSeqEnd);
        break;
      }
      case T::kEOF:
        Error("Unterminated string literal", "The closing quote is missing.", token.span, &open.span);
        more = false;
        break;
      default:
        Error("Invalid string literal", "This cannot stand in a string.", token.span, &open.span);
        Recover(T::kCQuote);
        more = false;
        break;
    }
  }
  *span = Join(open.span, end);
  return joined.empty() ? text : arena_.Copy(joined);
}

}  // namespace waypoint::hcl
