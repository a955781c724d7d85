// What holds for every text, however broken: checked over the corpus, over mutations of it, and by libFuzzer.
#pragma once

#include <string>
#include <string_view>

namespace waypoint::hcl::testing {

// Empty if the property holds, else what went wrong.
std::string CheckScanner(std::string_view text);   // tokens and blanks are the whole text, places add up
std::string CheckParser(std::string_view text);    // no crash; errors lie inside the text; evaluation ends
std::string CheckTemplate(std::string_view text);  // the same for stand-alone templates
std::string CheckJson(std::string_view text);      // the same for JSON
std::string CheckFormat(std::string_view text);    // format(format(x)) == format(x), parse(format(x)) == parse(x)

// The first that fails of all of them.
std::string CheckAll(std::string_view text);

using Property = std::string(std::string_view text);
Property* PropertyNamed(std::string_view name);  // scanner, parser, template, json, format; CheckAll for any other

}  // namespace waypoint::hcl::testing
