// What every harness uses: a promise that ends the run where it is broken, and
// a reader that makes numbers of the fuzzer's bytes.
//
// Harnesses speak to the library through its public names only, and compare it
// with oracles that share no code with it: what the oracle has in common with
// the library cannot be found wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace fuzz {

/// Ends the run, with the place and the promise, unless `holds`.
inline void check(bool holds, std::string_view promise,
                  const std::source_location& where = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "%s:%u: broken promise: %.*s\n", where.file_name(),
               static_cast<unsigned>(where.line()), static_cast<int>(promise.size()),
               promise.data());
  std::abort();
}

/// Takes numbers and texts from the front of an input. Past its end all bytes
/// are zero, so every input means something.
class reader {
 public:
  reader(const std::uint8_t* data, std::size_t size) : bytes_(view_of(data, size)) {}

  [[nodiscard]] static std::string_view view_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
  }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8U | byte();
    return value;
  }
  std::uint64_t u64() {
    const std::uint64_t high = u32();
    return high << 32U | u32();
  }
  /// A number of up to 64 bits whose length is as likely as any other: small
  /// numbers and powers of two are where programs err.
  std::uint64_t any_length() {
    const unsigned bits = byte() % 65U;
    return bits == 0 ? 0 : u64() >> (64U - bits);
  }
  /// The next `size` bytes, or what is left.
  std::string_view bytes(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  /// All that is left.
  std::string_view rest() { return bytes(bytes_.size()); }

 private:
  std::string_view bytes_;
};

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
