module;
#include "../format.hpp"

module vmnet.cli.map;

import vmnet.cli.escape;
import vmnet.cli.numbers;

namespace vmnet::cli {
namespace {

/// How a use is drawn, by address_use. The colours can be told apart by those who
/// see fewer (Okabe and Ito), and in the terminal by the glyph as well.
struct look {
  char glyph;
  int terminal_colour;  // of 256
  std::string_view svg_colour;
};
constexpr std::array<look, num_address_uses> looks = {{{'!', 202, "#d55e00"},
                                                       {'m', 214, "#e69f00"},
                                                       {'#', 32, "#0072b2"},
                                                       {'q', 175, "#cc79a7"},
                                                       {'-', 246, "#8a8f98"},
                                                       {'.', 254, "#eceff3"}}};

const look& look_of(address_use use) { return looks[static_cast<std::size_t>(use)]; }

std::string headline(const address_map& map) {
  return to_string(map.subnet()) + ": " +
         counted(map.subnet().num_addresses(), "address", "addresses") + ", a cell is " +
         (map.cell_size() == 1 ? "one" : grouped(map.cell_size()) + " of them");
}

std::string painted(std::string_view text, const look& as, bool in_colour) {
  if (!in_colour) return std::string(text);
  return fmt::format("\x1b[38;5;16;48;5;{}m{}\x1b[0m", as.terminal_colour, text);
}

/// Text that may stand in an element: escaped, without characters that XML forbids.
std::string xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const utf8_character c = first_character(text);
    if (c.code_point == U'&')
      out += "&amp;";
    else if (c.code_point == U'<')
      out += "&lt;";
    else if (c.code_point == 0xfffe)
      out += "\\xef\\xbf\\xbe";
    else if (c.code_point == 0xffff)
      out += "\\xef\\xbf\\xbf";
    else
      out += text.substr(0, c.size);
    text.remove_prefix(c.size);
  }
  return out;
}

}  // namespace

std::string map_text(const address_map& map, bool in_colour) {
  const std::uint32_t side = map.side();
  std::vector<std::size_t> cell_at(std::size_t{side} * side);
  for (std::size_t i = 0; i < cell_at.size(); ++i) {
    const map_point at = hilbert_point(side, i);
    cell_at[std::size_t{at.y} * side + at.x] = i;
  }
  std::string out = headline(map) + "\n\n";
  for (std::uint32_t y = 0; y < side; ++y) {
    for (std::uint32_t x = 0; x < side; ++x) {
      const std::size_t cell = cell_at[std::size_t{y} * side + x];
      const look& as = look_of(map.use_of(cell));
      // Of a block that is used, but not all of it, half a glyph.
      const bool is_part = map.use_of(cell) == address_use::used && map.fill_of(cell) < 1;
      out += painted(std::string{' ', is_part ? '+' : as.glyph}, as, in_colour);
    }
    out += '\n';
  }
  out += '\n';
  for (std::size_t i = 0; i < num_address_uses; ++i) {
    const auto use = static_cast<address_use>(i);
    out += painted(std::string{' ', looks[i].glyph, ' '}, looks[i], in_colour);
    out += fmt::format(" {:<12}{:>13}\n", to_string(use), grouped(map.count(use)));
  }
  if (map.cell_size() > 1)
    out += "A cell is drawn as the first of these that is in it; + is in part used.\n";
  return out;
}

std::string map_svg(const address_map& map) {
  constexpr std::uint32_t width = 640;
  constexpr std::uint32_t margin = 24;
  constexpr std::uint32_t top = 60;
  constexpr std::uint32_t legend_row = 26;
  const std::uint32_t cell = width / map.side();
  const std::uint32_t gap = cell >= 20 ? 2 : cell >= 8 ? 1 : 0;
  const std::uint32_t legend_top = top + width + 34;
  const std::uint32_t height = legend_top + 2 * legend_row + 10;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"system-ui, sans-serif\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"{2}\" y=\"38\" font-size=\"20\" fill=\"#1b1f24\">{3}</text>\n",
      width + 2 * margin, height, margin, headline(map));
  const std::size_t cells = std::size_t{map.side()} * map.side();
  for (std::size_t i = 0; i < cells; ++i) {
    const map_point at = hilbert_point(map.side(), i);
    const address_use use = map.use_of(i);
    // A block fades with what of it is free, but never so far that it looks free, and
    // not where VMs collide.
    const bool fades = use != address_use::free && use != address_use::colliding;
    const double opacity = fades ? 0.35 + 0.65 * map.fill_of(i) : 1;
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\"{}><title>{}"
        "</title></rect>\n",
        margin + at.x * cell, top + at.y * cell, cell - gap, cell - gap, gap,
        look_of(use).svg_colour, opacity < 1 ? fmt::format(" opacity=\"{:.2f}\"", opacity) : "",
        xml(map.title_of(i)));
  }
  for (std::size_t i = 0; i < num_address_uses; ++i) {
    const auto use = static_cast<address_use>(i);
    const auto x = static_cast<std::uint32_t>(margin + i % 3 * (width / 3));
    const auto y = static_cast<std::uint32_t>(legend_top + i / 3 * legend_row);
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"2\" fill=\"{}\"/>"
        "<text x=\"{}\" y=\"{}\" font-size=\"14\" fill=\"#1b1f24\">{} {}</text>\n",
        x, y - 12, looks[i].svg_colour, x + 22, y, grouped(map.count(use)), to_string(use));
  }
  return out + "</svg>\n";
}

}  // namespace vmnet::cli
