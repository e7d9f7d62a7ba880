module;
#include "../format.hpp"

module vmnet.cli.numbers;

namespace vmnet::cli {
namespace {

/// Inserts a comma between the thousands of `digits`.
std::string with_commas(std::string digits) {
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace

std::string grouped(std::uint64_t value) { return with_commas(std::to_string(value)); }

std::string counted(std::uint64_t value, std::string_view one, std::string_view many) {
  return grouped(value).append(" ").append(value == 1 ? one : many);
}

std::string amount(double value) {
  return value < 999.5 ? fmt::format("{:.3g}", value)
                       : with_commas(fmt::format("{:.0f}", std::round(value)));
}

std::string percent(double probability) {
  if (probability < 1 && probability >= 0.9995) return "> 99.9 %";
  return fmt::format("{:.3g} %", probability * 100);
}

}  // namespace vmnet::cli
