module vmnet.cli.input;

namespace vmnet::cli {
namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

line_reader::line_reader(byte_source& source, std::size_t max_length, std::size_t buffer)
    : source_(&source), max_length_(max_length), buffer_(buffer) {}

/// Reads more behind what is buffered; false at the end of the input.
bool line_reader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const std::ptrdiff_t count = source_->read(buffer_.data() + end_, buffer_.size() - end_);
  if (count < 0) error_ = static_cast<int>(-count);
  at_end_ = count <= 0;
  if (count > 0) end_ += static_cast<std::size_t>(count);
  return !at_end_;
}

/// Drops the rest of a line that is too long, and its newline.
void line_reader::skip_to_newline() {
  in_long_line_ = false;
  do {
    const void* const newline = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (newline != nullptr) {
      begin_ = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data()) + 1;
      return;
    }
    begin_ = end_;
  } while (fill());
}

std::optional<input_line> line_reader::next() {
  if (in_long_line_) skip_to_newline();
  std::size_t searched = 0;  // bytes that hold no newline
  for (;;) {
    const char* const first = buffer_.data() + begin_;
    const std::size_t size = end_ - begin_;
    const void* const newline =
        size > searched ? std::memchr(first + searched, '\n', size - searched) : nullptr;
    const std::size_t length =
        newline != nullptr ? static_cast<std::size_t>(static_cast<const char*>(newline) - first)
                           : size;
    if (length > max_length_) {
      begin_ += max_length_;
      in_long_line_ = true;
      return input_line{{first, max_length_}, ++number_, true};
    }
    if (newline != nullptr) {
      begin_ += length + 1;
      return input_line{{first, length}, ++number_, false};
    }
    searched = size;
    if (fill()) continue;
    if (error_ != 0 || size == 0) return std::nullopt;
    begin_ = end_;
    return input_line{{buffer_.data() + end_ - size, size}, ++number_, false};
  }
}

std::string_view line_reader::buffered() const noexcept {
  if (in_long_line_) return {};
  return {buffer_.data() + begin_, end_ - begin_};
}

void line_reader::skip(std::size_t size, std::uint64_t lines) noexcept {
  begin_ += size;
  number_ += lines;
}

std::optional<char> line_reader::peek_after_blanks() {
  for (std::size_t at = 0; at < max_length_; ++at) {
    if (begin_ + at == end_ && !fill()) break;
    if (!is_blank(buffer_[begin_ + at])) return buffer_[begin_ + at];
  }
  return std::nullopt;
}

}  // namespace vmnet::cli
