// Templates that are completed later: literal text escaped, the rest as sequences.
#include "hcl/convert.h"
#include "hcl/folder.h"
#include "hcl/parser.h"
#include "hcl/render_value.h"
#include "hcl/text.h"

namespace waypoint::hcl {

// Either the content of a quoted template, or a stand-alone one.
class Folder::TemplateWriter {
 public:
  explicit TemplateWriter(bool quoted) : quoted_(quoted) {}

  void AddText(std::string_view text) { pending_ += text; }

  void AddSequence(std::string_view open, std::string_view source) {
    // A "$" right before "${" would escape it.
    char last = 0;
    if (!pending_.empty() && (pending_.back() == '$' || pending_.back() == '%')) {
      last = pending_.back();
      pending_.pop_back();
    }
    Flush();
    if (last != 0) out_ += std::string("${\"") + last + "\"}";
    out_ += Cat(open, source, "}");
    open_ = true;
  }

  std::string Take() {
    Flush();
    return std::move(out_);
  }
  bool has_sequences() const { return open_; }

 private:
  void Flush() {
    if (quoted_) {
      const std::string text = QuoteString(pending_);
      out_ += text.substr(1, text.size() - 2);
    } else {
      for (size_t i = 0; i < pending_.size(); ++i) {
        const bool sequence = (pending_[i] == '$' || pending_[i] == '%') && pending_.substr(i + 1, 1) == "{";
        if (sequence) out_ += pending_[i];
        out_ += pending_[i];
      }
    }
    pending_.clear();
  }

  bool quoted_;
  bool open_ = false;
  std::string pending_;
  std::string out_;
};

PartialResult Folder::Run(const Expr& expr) {
  if (expr.kind == ExprKind::kTemplate) return RunTemplate(As<TemplateExpr>(expr));
  if (expr.kind == ExprKind::kJsonString) {
    const Expr* parsed = ParseJsonString(As<JsonStringExpr>(expr));
    return parsed == nullptr ? PartialResult(Value::Unknown()) : Run(*parsed);
  }
  Folded folded = Fold(expr.kind == ExprKind::kTemplateWrap ? *As<WrapExpr>(expr).inner : expr);
  if (folded.value) return *folded.value;
  return TemplateText{Cat("${", folded.source, "}")};
}

TemplateText Folder::RunTemplate(const TemplateExpr& expr) {
  TemplateWriter writer(false);
  for (const Expr* part : expr.parts) WritePart(*part, writer);
  return {writer.Take()};
}

Folder::Folded Folder::Template(const TemplateExpr& expr) {
  TemplateWriter writer(true);
  for (const Expr* part : expr.parts) WritePart(*part, writer);
  if (!writer.has_sequences()) return Known(expr);
  return {std::nullopt, Cat("\"", writer.Take(), "\""), true};
}

void Folder::WritePart(const Expr& part, TemplateWriter& writer) {
  if (part.kind == ExprKind::kLiteral && As<LiteralExpr>(part).literal == LiteralKind::kString) {
    return writer.AddText(As<LiteralExpr>(part).text);
  }
  if (part.kind == ExprKind::kTemplateJoin) return WriteLoop(part, writer);
  const Folded folded = Fold(part);
  if (!folded.value) return writer.AddSequence("${", folded.source);
  const absl::StatusOr<Value> text = ConvertTo(*folded.value, Type::String());
  if (text.ok() && text->HasPayload()) return writer.AddText(text->AsString());
  if (diagnostics_.HasErrors()) return;  // told already why there is no value
  Error("Invalid template interpolation value",
        text.ok() ? "The value is null: it cannot be part of a string."
                  : Cat("This value cannot be part of a string: ", text.status().message(), "."),
        part.span);
}

void Folder::WriteLoop(const Expr& join, TemplateWriter& writer) {
  Value value;
  if (Evaluates(join, &value) && value.type().IsString()) return writer.AddText(value.AsString());
  const auto& loop = As<ForExpr>(*As<WrapExpr>(join).inner);
  std::string header = loop.key_name.empty() ? "" : Cat(loop.key_name, ", ");
  header += Cat(loop.value_name, " in ", SourceOf(*loop.collection));
  writer.AddSequence("%{for ", header);
  const size_t outer = hidden_.size();
  hidden_.push_back(loop.value_name);
  if (!loop.key_name.empty()) hidden_.push_back(loop.key_name);
  for (const Expr* part : As<TemplateExpr>(*loop.value).parts) WritePart(*part, writer);
  hidden_.resize(outer);
  writer.AddSequence("%{endfor", "");
}

const Expr* Folder::ParseJsonString(const JsonStringExpr& expr) {
  arenas_.push_back(std::make_unique<Arena>());
  const Pos start{expr.span.start.byte + 1, expr.span.start.line, expr.span.start.column + 1};
  Diagnostics found;
  const Expr* parsed =
      Parser(*arenas_.back(), source_, expr.text, ScanMode::kTemplate, start, found).ParseTemplateOnly();
  diagnostics_.Append(found);
  return found.HasErrors() ? nullptr : parsed;
}

Folder::Folded Folder::JsonString(const JsonStringExpr& expr) {
  const Expr* parsed = ParseJsonString(expr);
  return parsed == nullptr ? Folded{Value::Unknown(), "", true} : Fold(*parsed);
}

}  // namespace waypoint::hcl
