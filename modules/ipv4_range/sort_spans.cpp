module vmnet.ipv4_range;

// A radix sort from the lowest digit up: each pass is stable, so after the last
// one all digits count. Three passes over the 32 bits of the first address (11,
// 11 and 10): merging needs no order among ranges that begin alike.
namespace vmnet::detail {
namespace {

constexpr unsigned digit_bits = 11;
constexpr std::array<unsigned, 3> digit_shifts = {32, 43, 54};

using digit_counts = std::array<std::size_t, std::size_t{1} << digit_bits>;

std::size_t digit(packed_span span, unsigned shift) {
  return span >> shift & ((std::size_t{1} << digit_bits) - 1);
}

}  // namespace

void radix_sort_spans(std::vector<packed_span>& spans) {
  std::array<digit_counts, digit_shifts.size()> counts{};
  for (const packed_span span : spans)
    for (std::size_t pass = 0; pass < counts.size(); ++pass)
      ++counts[pass][digit(span, digit_shifts[pass])];

  std::vector<packed_span> sorted(spans.size());
  for (std::size_t pass = 0; pass < counts.size(); ++pass) {
    std::size_t before = 0;
    for (std::size_t& count : counts[pass]) {
      const std::size_t here = count;
      count = before;
      before += here;
    }
    for (const packed_span span : spans)
      sorted[counts[pass][digit(span, digit_shifts[pass])]++] = span;
    spans.swap(sorted);
  }
}

}  // namespace vmnet::detail
