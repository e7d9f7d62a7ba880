// Runs a harness over files, for compilers and machines without libFuzzer, and
// for CTest: `NAME_replay FOLDER|FILE... [--if-present FOLDER...]`.
//
// A folder without inputs is an error: a replay of nothing would pass for ever.
// Behind --if-present a folder may be missing, but not be empty. Each input is
// copied to a block of exactly its size, so that AddressSanitizer sees the first
// byte read past it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> inputs;
  for (const fs::directory_entry& entry : fs::directory_iterator(path))
    if (entry.is_regular_file() && entry.path().filename() != "README.md")
      inputs.push_back(entry.path());
  std::ranges::sort(inputs);
  return inputs;
}

bool run(const fs::path& input) {
  std::ifstream file(input, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    std::fprintf(stderr, "%s: cannot be read\n", input.c_str());
    return false;
  }
  const auto bytes = std::make_unique<std::uint8_t[]>(content.size());
  std::ranges::copy(content, bytes.get());
  std::fprintf(stderr, "%s\n", input.c_str());
  LLVMFuzzerTestOneInput(bytes.get(), content.size());
  return true;
}

bool run_all(const fs::path& path) {
  const std::vector<fs::path> inputs = inputs_of(path);
  if (inputs.empty()) {
    std::fprintf(stderr, "%s: no input in this folder\n", path.c_str());
    return false;
  }
  if (!std::ranges::all_of(inputs, run)) return false;
  std::printf("%s: %zu inputs passed\n", path.c_str(), inputs.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) try {
  bool required = true;
  bool any = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--if-present") {
      required = false;
      continue;
    }
    if (!required && !fs::exists(argv[i])) continue;
    if (!run_all(argv[i])) return 1;
    any = true;
  }
  if (!any) std::fprintf(stderr, "usage: %s FOLDER|FILE... [--if-present FOLDER...]\n", argv[0]);
  return any ? 0 : 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
