#include "hcl/functions/encoding.h"

#include <zlib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/csv.h"
#include "hcl/functions/functions.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

std::optional<std::string> DecodeBase64(const std::string& text) {
  std::string clean, out;
  for (char c : text) {
    if (c != '\n' && c != '\r') clean += c;
  }
  size_t pad = clean.find('=');
  bool alphabet = clean.find_first_of("-_ \t\v\f") == std::string::npos;
  bool padded = clean.size() % 4 == 0 && (pad == std::string::npos || (pad + 2 >= clean.size() && clean.back() == '='));
  if (!alphabet || !padded || !absl::Base64Unescape(clean, &out)) return std::nullopt;
  return out;
}

namespace {

using Args = Function::Args;

absl::StatusOr<Value> Base64Decode(Args a, const Type&) {
  std::optional<std::string> out = DecodeBase64(a[0].AsString());
  if (!out) return absl::InvalidArgumentError("failed to decode base64 data: it is not valid base64");
  if (!IsValidUtf8(*out)) {
    return absl::InvalidArgumentError("the result of decoding the base64 data is not valid UTF-8 text");
  }
  return Value::Str(*std::move(out));
}

absl::StatusOr<Value> Base64Gzip(Args a, const Type&) {
  const std::string& text = a[0].AsString();
  constexpr int kGzipWindow = 15 + 16;
  z_stream z = {};
  if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError("not enough memory to compress");
  }
  std::string out(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  int result = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  if (result != Z_STREAM_END) return absl::InternalError("failed to compress");
  return Value::Str(absl::Base64Escape(out));
}

std::string UrlEncode(const std::string& text) {
  std::string out;
  for (unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += static_cast<char>(c);
    } else if (c == ' ') {
      out += '+';
    } else {
      absl::StrAppendFormat(&out, "%%%02X", c);
    }
  }
  return out;
}

absl::StatusOr<Value> DecodeCsv(const std::string& text) {
  ASSIGN_OR_RETURN(std::vector<std::vector<std::string>> rows, ParseCsv(text));
  if (rows.empty()) return absl::InvalidArgumentError("missing header line");
  std::map<std::string, Type> columns;
  for (const std::string& name : rows[0]) {
    if (!columns.emplace(Nfc(name), Type::String()).second) {
      return absl::InvalidArgumentError(absl::StrCat("two columns are named \"", name, "\""));
    }
  }
  Value::Vector out;
  for (size_t i = 1; i < rows.size(); ++i) {
    Value::Fields row;
    for (size_t k = 0; k < rows[0].size(); ++k) row[Nfc(rows[0][k])] = Value::Str(rows[i][k]);
    out.push_back(Value::Object(std::move(row)));
  }
  return Value::List(Type::Object(std::move(columns)), std::move(out));
}

}  // namespace

void AddEncodingFunctions(FunctionTable& table) {
  const Type s = Type::String();
  DefineText(table, "base64encode", "str", 0, [](const std::string& t) { return absl::Base64Escape(t); });
  DefineText(table, "urlencode", "str", 0, UrlEncode);
  Define(table, "base64decode", {{Param("str", s)}, std::nullopt, Returns(s), Base64Decode});
  Define(table, "base64gzip", {{Param("str", s)}, std::nullopt, Returns(s), Base64Gzip});
  auto csv_type = [](Args a) -> absl::StatusOr<Type> {
    if (!a[0].IsKnown()) return Type::Dynamic();
    ASSIGN_OR_RETURN(Value v, DecodeCsv(a[0].AsString()));
    return v.type();
  };
  auto csv = [](Args a, const Type&) { return DecodeCsv(a[0].AsString()); };
  Define(table, "csvdecode", {{Param("str", s)}, std::nullopt, csv_type, csv});
}

}  // namespace waypoint::hcl
