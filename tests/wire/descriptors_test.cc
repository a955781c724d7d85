// The compiled descriptors against the wire tables, in both directions, field by field.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "wire/wire_table.h"

namespace waypoint::wire {
namespace {

namespace gp = google::protobuf;

// Our own additions have these numbers and must be harmless to a 0.11 peer.
constexpr int kFirstOwnNumber = 50000, kLastOwnNumber = 99999;

class Descriptors {
 public:
  Descriptors() {
    std::ifstream in(std::getenv("WAYPOINT_DESCRIPTORS"), std::ios::binary);
    gp::FileDescriptorSet set;
    if (!set.ParseFromIstream(&in)) throw std::runtime_error("cannot read WAYPOINT_DESCRIPTORS");
    for (const auto& file : set.file()) files_.push_back(pool_.BuildFile(file));
  }
  const std::vector<const gp::FileDescriptor*>& files() const { return files_; }

 private:
  gp::DescriptorPool pool_;
  std::vector<const gp::FileDescriptor*> files_;
};

std::string TypeOf(const gp::FieldDescriptor& field) {
  if (field.is_map()) {
    const gp::Descriptor& entry = *field.message_type();
    return absl::StrCat("map<", TypeOf(*entry.field(0)), ",", TypeOf(*entry.field(1)), ">");
  }
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  if (field.enum_type() != nullptr) return field.enum_type()->full_name();
  return field.type_name();
}

void AddEnum(const gp::EnumDescriptor& e, Schema& schema) {
  for (int i = 0; i < e.value_count(); ++i) schema.enums[e.full_name()][e.value(i)->name()] = e.value(i)->number();
}

// Types that only our own fields carry; a 0.11 peer never looks inside.
std::set<std::string> own_types;

void AddMessage(const gp::Descriptor& message, Schema& schema) {
  if (message.options().map_entry()) return;
  auto& fields = schema.messages[message.full_name()];
  for (int i = 0; i < message.field_count(); ++i) {
    const gp::FieldDescriptor& f = *message.field(i);
    if (f.number() >= kFirstOwnNumber && f.number() <= kLastOwnNumber) {
      if (f.message_type() != nullptr) own_types.insert(f.message_type()->full_name());
      if (f.enum_type() != nullptr) own_types.insert(f.enum_type()->full_name());
      continue;
    }
    const gp::OneofDescriptor* oneof = f.containing_oneof();
    fields[f.number()] = {f.number(), f.name(), TypeOf(f), f.is_repeated() && !f.is_map(), oneof ? oneof->name() : ""};
  }
  for (int i = 0; i < message.nested_type_count(); ++i) AddMessage(*message.nested_type(i), schema);
  for (int i = 0; i < message.enum_type_count(); ++i) AddEnum(*message.enum_type(i), schema);
}

void AddFile(const gp::FileDescriptor& file, Schema& schema) {
  for (int i = 0; i < file.message_type_count(); ++i) AddMessage(*file.message_type(i), schema);
  for (int i = 0; i < file.enum_type_count(); ++i) AddEnum(*file.enum_type(i), schema);
  for (int i = 0; i < file.service_count(); ++i) {
    const gp::ServiceDescriptor& service = *file.service(i);
    for (int m = 0; m < service.method_count(); ++m) {
      const gp::MethodDescriptor& method = *service.method(m);
      schema.services[service.full_name()][method.name()] = {method.input_type()->full_name(),
                                                             method.output_type()->full_name(),
                                                             method.client_streaming(), method.server_streaming()};
    }
  }
}

std::string Show(const Field& f) {
  return absl::StrCat(f.number, " ", f.name, f.repeated ? " repeated " : " ", f.type,
                      f.oneof.empty() ? "" : " oneof " + f.oneof);
}
std::string Show(int n) { return absl::StrCat(n); }
std::string Show(const Rpc& r) {
  return absl::StrCat(r.client_streams ? "stream " : "", r.request, " -> ", r.server_streams ? "stream " : "",
                      r.response);
}

template <typename K, typename V>
void Compare(const std::string& name, const std::map<K, V>& want, const std::map<K, V>& got) {
  for (const auto& [key, value] : want) {
    auto it = got.find(key);
    if (it == got.end()) {
      ADD_FAILURE() << name << ": ours lacks " << Show(value);
    } else if (!(it->second == value)) {
      ADD_FAILURE() << name << ": table has " << Show(value) << ", ours " << Show(it->second);
    }
  }
  for (const auto& [key, value] : got) {
    if (!want.count(key)) ADD_FAILURE() << name << ": not in the table: " << Show(value);
  }
}

template <typename T>
void CompareAll(const std::map<std::string, T>& want, const std::map<std::string, T>& got,
                const std::set<std::string>& packages) {
  for (const auto& [name, value] : want) {
    auto it = got.find(name);
    Compare(name, value, it == got.end() ? T{} : it->second);
    if (it == got.end()) ADD_FAILURE() << "ours lacks " << name;
  }
  for (const auto& [name, value] : got) {
    const std::string package = name.substr(0, name.find_last_of('.'));
    const bool ours = own_types.count(name) || own_types.count(package);
    if (packages.count(package) && !want.count(name) && !ours) ADD_FAILURE() << "not in the table: " << name;
  }
}

class WireTable : public testing::TestWithParam<const char*> {};

TEST_P(WireTable, EqualsDescriptors) {
  const Schema want = ReadTable(absl::StrCat(WAYPOINT_TEST_DATA, "/wire/", GetParam()));
  ASSERT_GT(want.messages.size(), 10u);
  // Whole packages are compared, except google.rpc, of which the tables hold Status only.
  std::set<std::string> packages;
  for (const auto& [name, fields] : want.messages) packages.insert(name.substr(0, name.find_last_of('.')));
  packages.erase("google.rpc");

  static const Descriptors descriptors;
  Schema got;
  for (const gp::FileDescriptor* file : descriptors.files()) AddFile(*file, got);
  CompareAll(want.messages, got.messages, packages);
  CompareAll(want.enums, got.enums, packages);
  CompareAll(want.services, got.services, packages);
}

INSTANTIATE_TEST_SUITE_P(Tables, WireTable,
                         testing::Values("waypoint-api.txt", "plugin-protocol.txt", "builtin-plugins.txt"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace waypoint::wire
