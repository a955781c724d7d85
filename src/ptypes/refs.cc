#include "ptypes/refs.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ptypes/names.h"

namespace waypoint::ptypes {

void CheckApplicationRef(const pb::Ref::Application& ref, absl::string_view field, Violations& out) {
  out.Require(!ref.application().empty(), absl::StrCat(field, ".application"), kBlank);
  out.Require(!ref.project().empty(), absl::StrCat(field, ".project"), kBlank);
}

void CheckOperationRef(const pb::Ref::Operation& ref, absl::string_view field, Violations& out) {
  switch (ref.target_case()) {
    case pb::Ref::Operation::kId:
      break;  // a blank id is the id of nothing: NotFound
    case pb::Ref::Operation::kSequence:
      out.Require(ref.sequence().has_application(), absl::StrCat(field, ".Target.Sequence.application"), kMustBeSet);
      break;
    case pb::Ref::Operation::TARGET_NOT_SET:
      out.Add(absl::StrCat(field, ".Target"), kMustBeSet);
      break;
  }
}

std::string ApplicationKey(const pb::Ref::Application& ref) {
  // Names may hold any byte but this one.
  return absl::StrCat(FoldCase(ref.project()), std::string(1, '\0'), FoldCase(ref.application()));
}

bool SameApplication(const pb::Ref::Application& a, const pb::Ref::Application& b) {
  return SameName(a.project(), b.project()) && SameName(a.application(), b.application());
}

bool SameName(absl::string_view a, absl::string_view b) { return absl::EqualsIgnoreCase(a, b); }

std::string Describe(const pb::Ref::Application& ref) { return absl::StrCat(ref.project(), "/", ref.application()); }

std::string Describe(const pb::Ref::Operation& ref) {
  if (ref.has_sequence())
    return absl::StrCat("v", ref.sequence().number(), " of ", Describe(ref.sequence().application()));
  return ref.id();
}

}  // namespace waypoint::ptypes
