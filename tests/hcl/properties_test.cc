// The fuzz properties over the whole corpus, and over mutations of it from a fixed seed.
#include "hcl/properties.h"

#include <filesystem>
#include <random>

#include "hcl/corpus.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

std::vector<std::string> CorpusTexts() {
  std::vector<std::string> texts;
  for (const char* file : {"expr.jsonl", "template.jsonl", "body.jsonl", "json.jsonl", "fmt.jsonl", "tokens.jsonl"}) {
    std::ifstream in(testing::CorpusPath(file));
    std::string line;
    for (int i = 0; std::getline(in, line); ++i) {
      if (i % 4 != 0) continue;  // numbers may overflow Json's, the text does not
      const Json request = Json::parse(line, nullptr, false);
      if (request.is_object()) texts.push_back(testing::Bytes(request));
    }
  }
  return texts;
}

void Check(const std::string& text) {
  const std::string problem = testing::CheckAll(text);
  EXPECT_EQ(problem, "") << testing::Dump(text);
}

TEST(Properties, Corpus) {
  for (const std::string& text : CorpusTexts()) Check(text);
}

// Cuts, doubles and swaps pieces of two texts, and drops in bytes that mean something.
std::string Mutate(const std::string& a, const std::string& b, std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"${", "%{",   "}", "\"",  "<<A\n", "\nA\n", "[",  "]",    "{",
                                                 "(",  ")",    ".", "*",   "...",   "=>",    "~}", "\r\n", "\n",
                                                 "\0", "\xFF", "é", "\\u", "for",   "if",    "in", "-",    "\xCC\x81"};
  const auto pick = [&](size_t size) { return size == 0 ? 0 : random() % size; };
  std::string out = a;
  switch (random() % 4) {
    case 0:
      out = a.substr(0, pick(a.size())) + b.substr(pick(b.size()));
      break;
    case 1: {
      const size_t at = pick(a.size());
      out.erase(at, 1 + pick(5));
      break;
    }
    case 2:
      out.insert(pick(a.size() + 1), b.substr(pick(b.size()), 1 + pick(12)));
      break;
    default:
      out.insert(pick(a.size() + 1), kPieces[pick(std::size(kPieces))]);
  }
  return out;
}

// What the fuzzer once found.
TEST(Properties, FoundInputs) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(WAYPOINT_TEST_DATA "/hcl-fuzz")) {
    std::ifstream in(entry.path(), std::ios::binary);
    Check(std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>()));
    ++count;
  }
  EXPECT_GT(count, 1u);
}

TEST(Properties, Mutations) {
  const std::vector<std::string> texts = CorpusTexts();
  std::mt19937 random(20260101);
  for (int i = 0; i < 4000 && !HasFailure(); ++i) {
    const std::string& a = texts[random() % texts.size()];
    const std::string& b = texts[random() % texts.size()];
    Check(Mutate(Mutate(a, b, random), b, random));
  }
}

}  // namespace
}  // namespace waypoint::hcl
