module vmnet.cli.table;

import vmnet.cli.escape;
import vmnet.cli.report;

namespace vmnet::cli {

text_table::text_table(std::vector<std::string> header, output& out)
    : out_(&out), bold_header_(wants_colour(out.fd())) {
  held_.push_back(std::move(header));
}

void text_table::row(std::vector<std::string> cells) {
  constexpr std::size_t rows_for_widths = 1000;
  if (!widths_.empty()) return write(cells);
  held_.push_back(std::move(cells));
  if (held_.size() > rows_for_widths) release();
}

void text_table::finish() {
  if (widths_.empty()) release();
}

void text_table::release() {
  widths_.assign(held_.front().size(), 0);
  for (const auto& cells : held_)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], display_width(cells[i]));
  if (bold_header_) out_->write("\x1b[1m");
  for (std::size_t i = 0; i < held_.size(); ++i) {
    write(held_[i]);
    if (i == 0 && bold_header_) out_->write("\x1b[0m");
  }
  held_ = {};
}

void text_table::write(const std::vector<std::string>& cells) {
  std::string line;
  std::size_t padding = 0;  // of the cells before
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].empty()) {
      line.append(padding, ' ').append(cells[i]);
      padding = 0;
    }
    const std::size_t width = display_width(cells[i]);
    padding += (width < widths_[i] ? widths_[i] - width : 0) + 2;
  }
  out_->write(line + '\n');
}

}  // namespace vmnet::cli
