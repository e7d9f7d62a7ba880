// Seeds of the randomised tests: printed, and to be repeated with
// VMNET_TEST_SEED in the environment.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

namespace property {

inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* const given = std::getenv("VMNET_TEST_SEED");
    const std::uint64_t chosen = given != nullptr ? std::stoull(given) : std::random_device()();
    std::cout << "repeat with VMNET_TEST_SEED=" << chosen << '\n';
    return chosen;
  }();
  return value;
}

class generator {
 public:
  generator() : engine_(seed()) {}

  std::uint32_t bits() { return static_cast<std::uint32_t>(engine_()); }
  std::uint64_t bits64() { return engine_(); }
  /// A number from 0 to `max`.
  std::size_t up_to(std::size_t max) {
    return std::uniform_int_distribution<std::size_t>(0, max)(engine_);
  }
  /// A byte: mostly one that means something to a parser.
  char byte(std::string_view alphabet) {
    if (up_to(15) == 0) return static_cast<char>(up_to(255));
    return alphabet[up_to(alphabet.size() - 1)];
  }
  std::string bytes(std::size_t max_size) {
    std::string text(up_to(max_size), '\0');
    for (char& c : text) c = static_cast<char>(up_to(255));
    return text;
  }
  /// `text` with up to three bytes inserted, removed, replaced or doubled.
  std::string mutate(std::string text, std::string_view alphabet) {
    for (std::size_t left = up_to(3); left > 0; --left) {
      const std::size_t at = up_to(text.size());
      const bool inside = at < text.size();
      switch (up_to(4)) {
        case 0:
          text.insert(at, 1, byte(alphabet));
          break;
        case 1:
          if (inside) text.erase(at, 1);
          break;
        case 2:
          if (inside) text[at] = byte(alphabet);
          break;
        case 3:
          if (inside) text.insert(at, 1, text[at]);
          break;
        default:
          if (up_to(3) == 0) text.resize(at);
      }
    }
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace property
