// Attributes and blocks to typed fields, with the mistakes 0.11 reports (waypoint-hcl.md A6).
//
// Owns:    nothing.
// Threads: one each.
// Errors:  diagnostics; a field whose value does not fit keeps what it had.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"

namespace waypoint::config {

class Decoder {
 public:
  Decoder(const hcl::EvalContext* context, hcl::Diagnostics& diagnostics)
      : context_(context), diagnostics_(diagnostics) {}

  hcl::Diagnostics& diagnostics() { return diagnostics_; }
  const hcl::EvalContext* context() const { return context_; }

  // The value as `type`, known; nothing after an error. Null is an error unless allowed.
  std::optional<hcl::Value> Read(const hcl::Expression& expr, const hcl::Type& type, bool allow_null = false);
  // Fits whatever the type says about the numbers inside; see Unsuitable.
  void Unsuitable(const hcl::Expression& expr, const std::string& why);

  // Absent attributes leave the field alone. Fields of plain types refuse null, optional and list fields take it.
  void Get(const hcl::BodyContent& content, const char* name, std::string* field);
  void Get(const hcl::BodyContent& content, const char* name, bool* field);
  void Get(const hcl::BodyContent& content, const char* name, int32_t* field);
  void Get(const hcl::BodyContent& content, const char* name, uint32_t* field);
  void Get(const hcl::BodyContent& content, const char* name, uint64_t* field);
  void Get(const hcl::BodyContent& content, const char* name, std::optional<bool>* field);
  void Get(const hcl::BodyContent& content, const char* name, std::vector<std::string>* field);
  void Get(const hcl::BodyContent& content, const char* name, std::map<std::string, std::string>* field);

  // At most one block of this type; more are "Duplicate TYPE block". nullptr: none.
  const hcl::Block* Single(const hcl::BodyContent& content, const char* type);
  // Exactly one.
  const hcl::Block* Required(const hcl::BodyContent& content, const char* type);

 private:
  template <typename T>
  void GetWhole(const hcl::BodyContent& content, const char* name, T* field);

  const hcl::EvalContext* context_;
  hcl::Diagnostics& diagnostics_;
};

// {{"a"}, {"b"}} of attribute names; a trailing "!" makes one required.
hcl::BodySchema Schema(std::initializer_list<const char*> attributes, std::vector<hcl::BlockSchema> blocks = {});

}  // namespace waypoint::config
