// The content of a file or block: attributes and blocks, read against a schema. Native and JSON alike.
//
// Owns:    shares the document it belongs to.
// Threads: immutable, thread-safe.
// Errors:  diagnostics; what fits the schema is returned in spite of them.
// Spec:    waypoint-hcl.md A6, A8.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/expression.h"

namespace waypoint::hcl {

struct AttributeSchema {
  std::string name;
  bool required = false;
};

struct BlockSchema {
  std::string type;
  std::vector<std::string> labels;  // what each label is called in messages
};

struct BodySchema {
  std::vector<AttributeSchema> attributes;
  std::vector<BlockSchema> blocks;

  const AttributeSchema* Attribute(std::string_view name) const;
  const BlockSchema* Block(std::string_view type) const;
};

struct Attribute {
  std::string name;
  Expression expr;
  Range range;
  Range name_range;
};
using Attributes = std::map<std::string, Attribute, std::less<>>;

class Body;
using BodyPtr = std::shared_ptr<const Body>;

struct Block {
  std::string type;
  std::vector<std::string> labels;
  BodyPtr body;
  Range def_range;  // the header
  Range type_range;
  std::vector<Range> label_ranges;
};

struct BodyContent {
  Attributes attributes;
  std::vector<Block> blocks;  // in source order
  Range missing_item_range;

  const Attribute* Find(std::string_view name) const;
  std::vector<const Block*> BlocksOf(std::string_view type) const;
};

class Body {
 public:
  virtual ~Body() = default;

  // Everything must fit the schema.
  virtual BodyContent Content(const BodySchema& schema, Diagnostics& diagnostics) const = 0;
  // What the schema does not name is left, in `remain` if given.
  virtual BodyContent PartialContent(const BodySchema& schema, Diagnostics& diagnostics, BodyPtr* remain) const = 0;
  // Every attribute; blocks are errors.
  virtual Attributes JustAttributes(Diagnostics& diagnostics) const = 0;
  // Where something missing would have to be added.
  virtual Range MissingItemRange() const = 0;
};

// For native bodies also: all items as they stand in the text. nullptr for JSON.
const BodyNode* NativeNode(const Body& body);

}  // namespace waypoint::hcl
