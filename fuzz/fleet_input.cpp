#include "fleet_input.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "interval.hpp"

using namespace std::string_view_literals;

namespace {

constexpr std::uint32_t ten = 10U << 24U;

constexpr std::array<fuzz::slow_subnet, 10> apart = {{
    {.network = ten, .length = 28},
    {.network = ten + 16, .length = 29},
    {.network = ten + 24, .length = 30},
    {.network = ten + 32, .length = 27},
    {.network = ten + 256, .length = 24},
    {.network = 0, .length = 29},
    {.network = 0xfffffff8U, .length = 29},
    {.network = ten + 65536, .length = 16},
    {.network = 11U << 24U, .length = 8},
    {.network = 0x80000000U, .length = 30},
}};
constexpr std::array<fuzz::slow_subnet, 6> faulty = {{
    {.network = ten + 28, .length = 31},
    {.network = ten + 30, .length = 32},
    {.network = ten + 8, .length = 29},
    {.network = ten, .length = 24},
    {.network = 0, .length = 0},
    {.network = ten + 28, .length = 30},
}};

/// Two of digest 0, two with one TAP name, two at one address of a /24, and some
/// that are odd.
constexpr std::array colliding = {
    "!0IC=VloaY"sv, "QvXtM>@Fp%"sv,        "vm-5349"sv,  "vm-302406"sv, "vm-31"sv,  "vm-54"sv,
    ""sv,           "vm-\xc3\xa9\\\t\0"sv, "\x80\xff"sv, "\x7f"sv,      "a\\x41"sv, "10.0.0.2"sv,
};

}  // namespace

namespace fuzz {

slow_subnet subnet_of(std::uint8_t choice) {
  return choice < 240 ? apart[choice % apart.size()] : faulty[choice % faulty.size()];
}

std::string id_of(reader& in, std::size_t number, const std::vector<std::string>& before) {
  const std::uint8_t choice = in.byte();
  std::string id = "vm-" + std::to_string(number * 16 + choice % 16U);
  if (choice == 255 && !before.empty()) return before[in.byte() % before.size()];
  if (choice == 254) id = in.bytes(in.byte() % 20U);
  if (choice >= 240 && choice < 240 + colliding.size()) id = colliding[choice - 240U];
  return std::ranges::find(before, id) == before.end() ? id : "again-" + std::to_string(number);
}

interval range_in(reader& in, const slow_subnet& subnet) {
  const interval all = subnet.all();
  const std::uint8_t from = in.byte();
  const std::uint8_t last = in.byte();
  if (last == 255) return {.first = 0, .end = space};
  const std::uint64_t size = last % 24U + std::uint64_t{1};
  // The upper half counts from the end, and a little beyond either.
  std::uint64_t first =
      from < 128 ? all.first + from : all.end + 16 - std::min<std::uint64_t>(all.end, 256U - from);
  first = std::min(first, space - 1);
  return {.first = first, .end = std::min(first + size, space)};
}

}  // namespace fuzz
