// Planted faults in a module. A sanitizer that watches only the importer does
// not see them: clang does not diagnose that an interface was built without the
// instrumentation of its importer (clang 22). The functions are not inline: an
// importer makes its own copy of an inline one, with its own instrumentation.
module;
#include <cstddef>

export module vmnet.canary;

export namespace vmnet::canary {

/// Reads the byte behind `size` bytes.
[[nodiscard]] char read_behind(const char* bytes, std::size_t size) { return bytes[size]; }

/// Adds one to a number that may be the largest.
[[nodiscard]] int add_one(int number) { return number + 1; }

}  // namespace vmnet::canary
