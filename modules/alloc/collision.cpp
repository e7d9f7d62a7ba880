// The birthday problem without lgamma, whose differences lose every digit here:
//
//   P = 1 - prod (1 - i/m) = -expm1(L),  L = sum of log1p(-i/m) for i in [0, n)
//
// Few terms are added one by one. Many are an integral with the corrections of
// Euler and Maclaurin, f(x) = log1p(-x/m) from 0 to b = n - 1:
//
//   L = integral + f(b)/2 + (f'(b) - f'(0))/12 - (f'''(b) - f'''(0))/720 + ...
//   integral = -sum of b^(k+1) / (k (k+1) m^k) for k >= 1
//
// whose terms all have one sign. Where L < -40, P is 1 to the last bit; else
// b/m is below 0.09, and 16 terms leave less than 1e-17.
module;
#include <cstdint>

module vmnet.alloc;

namespace vmnet {
namespace {

constexpr std::uint64_t few_ids = 1024;
constexpr double certain = 40;  // exp(-40) is below half an ulp of 1
constexpr int series_terms = 16;

/// log of the probability that all slots differ; 2 <= ids <= slots.
double log_all_differ(std::uint64_t ids, std::uint64_t slots) {
  const auto m = static_cast<double>(slots);
  const auto b = static_cast<double>(ids - 1);
  if (b * (b + 1) / 2 / m > certain) return -certain;  // -L is at least this
  if (ids <= few_ids) {
    double sum = 0;
    for (std::uint64_t i = 1; i < ids; ++i) sum += std::log1p(-static_cast<double>(i) / m);
    return sum;
  }
  const double u = b / m;
  double integral = 0;
  double power = b;
  for (int k = 1; k <= series_terms; ++k) {
    power *= u;
    integral -= power / (k * (k + 1));
  }
  const double rest = 1 - u;
  return integral + std::log1p(-u) / 2 - u / rest / m / 12 +
         (1 / (rest * rest * rest) - 1) / (m * m * m) / 360;
}

}  // namespace

double collision_probability(std::uint64_t ids, std::uint64_t slots) noexcept {
  if (ids < 2) return 0;
  if (ids > slots) return 1;
  return -std::expm1(log_all_differ(ids, slots));
}

double expected_colliding_ids(std::uint64_t ids, std::uint64_t slots) noexcept {
  const auto n = static_cast<double>(ids);
  if (ids < 2) return 0;
  if (slots < 2) return n;
  return n * -std::expm1((n - 1) * std::log1p(-1 / static_cast<double>(slots)));
}

std::uint64_t max_ids_at_risk(double probability, std::uint64_t slots) noexcept {
  if (probability >= 1) return UINT64_MAX;
  if (slots == 0) return 0;
  std::uint64_t fits = 1;
  std::uint64_t too_many = slots < UINT64_MAX ? slots + 1 : slots;
  while (too_many - fits > 1) {
    const std::uint64_t middle = fits + (too_many - fits) / 2;
    (collision_probability(middle, slots) <= probability ? fits : too_many) = middle;
  }
  return fits;
}

std::optional<int> longest_prefix_at_risk(std::uint64_t ids, double probability) noexcept {
  const double at_most = probability > 0 ? probability : 0;  // of NaN too
  for (int length = 30; length >= 0; --length) {
    const std::uint64_t slots = (std::uint64_t{1} << static_cast<unsigned>(32 - length)) - 3;
    if (collision_probability(ids, slots) <= at_most) return length;
  }
  return std::nullopt;
}

}  // namespace vmnet
