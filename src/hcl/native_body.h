// A body of the native syntax; see body.h.
#pragma once

#include <set>
#include <string>

#include "hcl/body.h"

namespace waypoint::hcl {

class NativeBody : public Body {
 public:
  NativeBody(DocumentPtr document, const BodyNode* node) : document_(std::move(document)), node_(node) {}

  BodyContent Content(const BodySchema& schema, Diagnostics& diagnostics) const override;
  BodyContent PartialContent(const BodySchema& schema, Diagnostics& diagnostics, BodyPtr* remain) const override;
  Attributes JustAttributes(Diagnostics& diagnostics) const override;
  Range MissingItemRange() const override;

  const BodyNode* node() const { return node_; }
  const DocumentPtr& document() const { return document_; }

 private:
  Range At(const Span& span) const { return {document_->source, span}; }
  Attribute Make(const AttributeNode& node) const;
  Block Make(const BlockNode& node) const;
  bool CheckLabels(const BlockNode& block, const BlockSchema& schema, Diagnostics& diagnostics) const;
  void ReportUnsupported(const BodySchema& schema, const BodyContent& content, const AttributeNode& attribute,
                         Diagnostics& diagnostics) const;
  void ReportUnsupported(const BodySchema& schema, const BlockNode& block, Diagnostics& diagnostics) const;

  DocumentPtr document_;
  const BodyNode* node_;
  // What an earlier PartialContent took.
  std::set<std::string, std::less<>> hidden_attributes_;
  std::set<std::string, std::less<>> hidden_blocks_;
};

}  // namespace waypoint::hcl
