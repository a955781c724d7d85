// A body of the JSON syntax; see body.h.
#pragma once

#include <set>
#include <string>

#include "hcl/body.h"

namespace waypoint::hcl {

class JsonBody : public Body {
 public:
  JsonBody(DocumentPtr document, const Expr* value) : document_(std::move(document)), value_(value) {}

  BodyContent Content(const BodySchema& schema, Diagnostics& diagnostics) const override;
  BodyContent PartialContent(const BodySchema& schema, Diagnostics& diagnostics, BodyPtr* remain) const override;
  Attributes JustAttributes(Diagnostics& diagnostics) const override;
  Range MissingItemRange() const override;

 private:
  struct Labels {
    std::vector<std::string> names;
    std::vector<Range> ranges;
  };

  Range At(const Span& span) const { return {document_->source, span}; }
  Attribute Make(const JsonProperty& property) const;
  std::vector<JsonProperty> Properties(const Expr& value, std::string_view purpose, Diagnostics& diagnostics) const;
  void Unpack(const Expr& value, const BlockSchema& schema, const Span& type_span, Labels& labels,
              std::vector<Block>& blocks, Diagnostics& diagnostics) const;
  void UnpackLabel(const Expr& value, const BlockSchema& schema, const Span& type_span, Labels& labels,
                   std::vector<Block>& blocks, Diagnostics& diagnostics) const;

  DocumentPtr document_;
  const Expr* value_;
  std::set<std::string, std::less<>> hidden_;  // what an earlier PartialContent took
};

}  // namespace waypoint::hcl
