module vmnet.text;

namespace vmnet {
namespace {

constexpr std::size_t window_before = 40;  // bytes shown on either side of the fault
constexpr std::size_t window_after = 30;
constexpr std::string_view ellipsis = "...";

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    }
  }
}

}  // namespace

std::string to_string(const parse_error& error) {
  std::string out(to_string(error.code()));
  out += " (at byte ";
  out += std::to_string(error.offset());
  out += ')';
  return out;
}

std::string diagnostic(std::string_view text, const parse_error& error) {
  const std::size_t fault = std::min(error.offset(), text.size());
  const std::size_t first = fault > window_before ? fault - window_before : 0;
  const std::size_t last = text.size() - fault > window_after ? fault + window_after : text.size();

  std::string out;
  if (first > 0) out += ellipsis;
  append_escaped(out, text.substr(first, fault - first));
  const std::size_t column = out.size();
  append_escaped(out, text.substr(fault, last - fault));
  if (last < text.size()) out += ellipsis;
  out += '\n';
  out.append(column, ' ');
  out += "^ ";
  out += to_string(error.code());
  return out;
}

}  // namespace vmnet
