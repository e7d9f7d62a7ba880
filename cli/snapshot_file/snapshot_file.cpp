module vmnet.cli.snapshot_file;

import vmnet.cli.input;
import vmnet.cli.report;

namespace vmnet::cli {

int read_snapshot(const std::string& path, std::optional<pool>& into) {
  file_source source(path);
  if (source.error() != 0) return report_unreadable(path, source.error());
  std::string text;
  constexpr std::size_t step = std::size_t{64} << 10U;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + step);
    const std::ptrdiff_t count = source.read(text.data() + size, step);
    if (count < 0) return report_unreadable(path, static_cast<int>(-count));
    text.resize(size + static_cast<std::size_t>(count));
    if (count == 0) break;
  }
  auto restored = pool::restore(text, {});
  if (!restored) {
    report(shown_input(path) + ": " + to_string(restored.error()));
    return exit_bad_input;
  }
  into = std::move(*restored);
  return exit_good;
}

}  // namespace vmnet::cli
