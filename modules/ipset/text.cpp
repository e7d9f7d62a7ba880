module vmnet.ipset;

import vmnet.ipv4_detail;

namespace vmnet {
namespace {

bool skip_space(detail::ipv4_reader& reader) {
  bool skipped = false;
  while (reader.skip(' ') || reader.skip('\t') || reader.skip('\n') || reader.skip('\r') ||
         reader.skip('\v') || reader.skip('\f'))
    skipped = true;
  return skipped;
}

}  // namespace

result<ipv4_set, parse_error> ipv4_set::parse(std::string_view text) {
  detail::ipv4_reader reader(text);
  std::vector<ipv4_range> ranges;
  skip_space(reader);
  for (bool more = !reader.at_end(); more;) {
    const auto span = reader.span(true);
    if (!span) return failure(span.error());
    ranges.push_back(detail::range_of(span->first, std::uint64_t{span->last} + 1));
    const bool space = skip_space(reader);
    const bool comma = reader.skip(',');
    if (comma) skip_space(reader);
    if (!space && !comma && !reader.at_end())
      return failure(reader.expected(parse_errc::expected_separator));
    more = comma || !reader.at_end();
  }
  return from_ranges(ranges);
}

std::string ipv4_set::to_string() const {
  std::string out;
  for (const ipv4_range& range : ranges_) {
    if (!out.empty()) out += ',';
    const auto network = range.to_network();
    if (range.first() == range.last())
      out += range.first().to_string();
    else
      out += network ? network->to_string() : range.to_string();
  }
  return out;
}

}  // namespace vmnet
