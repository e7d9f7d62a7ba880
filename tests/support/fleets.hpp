// Ids and plans for the tests of vmnet.plan and vmnet.pool.
#pragma once
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace fleets {

/// "vm-FIRST" to "vm-LAST".
inline std::vector<std::string> sequence(int first, int last) {
  std::vector<std::string> ids;
  for (int i = first; i <= last; ++i) ids.push_back("vm-" + std::to_string(i));
  return ids;
}

/// Random uuids (RFC 9562, version 4).
inline std::vector<std::string> uuids(std::mt19937_64& random, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t high = random();
    const std::uint64_t low = random();
    char text[37];
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx",
                  static_cast<unsigned>(high >> 32U), static_cast<unsigned>(high >> 16U & 0xffffU),
                  static_cast<unsigned>(high & 0xfffU),
                  static_cast<unsigned>(0x8000U | (low >> 48U & 0x3fffU)),
                  static_cast<unsigned long long>(low & 0xffff'ffff'ffffU));
    ids.emplace_back(text);
  }
  return ids;
}

}  // namespace fleets
