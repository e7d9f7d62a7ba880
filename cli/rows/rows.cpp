module vmnet.cli.rows;

import vmnet.cli.escape;
import vmnet.cli.table;

namespace vmnet::cli {
namespace {

constexpr std::size_t digest_length = 16;

/// More than all fields but the id take in any format, their names included.
constexpr std::size_t fields_room = 512;

char* put(char* out, std::string_view text) noexcept {
  return std::copy(text.begin(), text.end(), out);
}

template <class Value>
char* put_value(char* out, const Value& value) noexcept {
  return value.to_chars(out, out + Value::max_length).ptr;
}

char* put_digest(char* out, std::uint64_t digest) noexcept {
  for (std::size_t i = 0; i < digest_length; ++i)
    *out++ = "0123456789abcdef"[digest >> (60U - 4U * i) & 0xfU];
  return out;
}

/// What a format writes before the fields and behind the last of them. The texts
/// are constants of a type, so that each is a store or two.
struct tsv_style {
  static constexpr std::string_view tap_name = "\t", guest_ip = "\t", gateway = "\t", subnet = "\t",
                                    mac = "\t", digest = "\t", end = "\n";
};
struct csv_style {
  static constexpr std::string_view tap_name = ",", guest_ip = ",", gateway = ",", subnet = ",",
                                    mac = ",", digest = ",", end = "\r\n";
};
struct json_style {
  static constexpr std::string_view tap_name = R"(","tap_name":")", guest_ip = R"(","guest_ip":")",
                                    gateway = R"(","gateway":")", subnet = R"(","subnet":")",
                                    mac = R"(","mac":")", digest = R"(","digest":")", end = "\"}";
};

/// The fields behind the id, in the order of all formats.
template <class Style>
class fields_writer {
 public:
  explicit fields_writer(bool with_digest) : with_digest_(with_digest) {}

  char* put_fields(char* out, const vm_identity& identity) noexcept {
    // All TAP names of a scheme have one length, and nothing else is behind them.
    constexpr std::size_t tap_name_length = tap_name_prefix.size() + tap_hash_length;
    out = put(put(out, Style::tap_name), {identity.tap_name.c_str(), tap_name_length});
    out = put_value(put(out, Style::guest_ip), identity.guest_ip);
    if (identity.subnet != subnet_ || subnet_end_ == 0) keep_subnet(identity);
    // All of the room, whose size is known, rather than what is used of it.
    std::memcpy(out, subnet_text_.data(), subnet_text_.size());
    out = put_value(out + subnet_end_, identity.mac);
    if (with_digest_) out = put_digest(put(out, Style::digest), identity.digest);
    return put(out, Style::end);
  }

 private:
  /// Most rows have the subnet of the row before, and so the same text from the
  /// gateway to the MAC.
  void keep_subnet(const vm_identity& identity) noexcept {
    subnet_ = identity.subnet;
    char* const begin = subnet_text_.data();
    char* out = put_value(put(begin, Style::gateway), identity.gateway);
    out = put(put_value(put(out, Style::subnet), identity.subnet), Style::mac);
    subnet_end_ = static_cast<std::size_t>(out - begin);
  }

  static constexpr std::size_t subnet_room = Style::gateway.size() + ipv4_address::max_length +
                                             Style::subnet.size() + ipv4_network::max_length +
                                             Style::mac.size();

  bool with_digest_;
  ipv4_network subnet_;
  std::array<char, subnet_room> subnet_text_{};
  std::size_t subnet_end_ = 0;  // 0: there is none yet
};

class tsv_writer final : public row_writer {
 public:
  tsv_writer(bool with_digest, output& out) : out_(&out), fields_(with_digest) {
    out.write("id\ttap_name\tguest_ip\tgateway\tsubnet\tmac");
    out.write(with_digest ? "\tdigest\n" : "\n");
  }

  void row(std::string_view id, const vm_identity& identity) override {
    char* const out = out_->reserve(id.size() * max_escape_length + fields_room);
    out_->advance(fields_.put_fields(escape_to(out, id), identity));
  }
  void finish() override {}

 private:
  output* out_;
  fields_writer<tsv_style> fields_;
};

/// RFC 4180. The id stands in `id` where it is UTF-8, else in `id_hex`; on a
/// terminal `id` is kept for what can be shown raw.
class csv_writer final : public row_writer {
 public:
  csv_writer(bool with_digest, output& out)
      : out_(&out), fields_(with_digest), for_terminal_(out.is_terminal()) {
    out.write("id,id_hex,tap_name,guest_ip,gateway,subnet,mac");
    out.write(with_digest ? ",digest\r\n" : "\r\n");
  }

  void row(std::string_view id, const vm_identity& identity) override {
    char* out = out_->reserve(id.size() * 2 + fields_room);
    if (for_terminal_ ? is_printable(id) : is_utf8(id)) {
      out = quoted(out, id);
      *out++ = ',';
    } else {
      *out++ = ',';
      out = hex_to(out, id);
    }
    out_->advance(fields_.put_fields(out, identity));
  }
  void finish() override {}

 private:
  static char* quoted(char* out, std::string_view text) {
    // A space at an end is quoted too: some readers trim it.
    const auto is_special = [](char c) { return c == '"' || c == ',' || c == '\r' || c == '\n'; };
    const bool needs_quotes = std::any_of(text.begin(), text.end(), is_special) ||
                              text.starts_with(' ') || text.ends_with(' ');
    if (!needs_quotes) return put(out, text);
    *out++ = '"';
    for (const char c : text) {
      if (c == '"') *out++ = '"';
      *out++ = c;
    }
    *out++ = '"';
    return out;
  }

  output* out_;
  fields_writer<csv_style> fields_;
  bool for_terminal_;
};

/// JSON Lines, or with `as_array` one array of the same objects, an object a line.
class json_writer final : public row_writer {
 public:
  json_writer(bool with_digest, bool as_array, output& out)
      : out_(&out), fields_(with_digest), as_array_(as_array) {
    if (as_array) out.write("[");
  }

  void row(std::string_view id, const vm_identity& identity) override {
    char* out = out_->reserve(id.size() * max_json_escape_length + fields_room);
    if (as_array_) out = put(out, first_ ? "\n" : ",\n");
    first_ = false;
    if (is_utf8(id)) {
      out = json_to(put(out, "{\"id\":\""), id);
    } else {
      out = hex_to(put(out, "{\"id_hex\":\""), id);
    }
    out = fields_.put_fields(out, identity);
    if (!as_array_) *out++ = '\n';
    out_->advance(out);
  }

  void finish() override {
    if (as_array_) out_->write(first_ ? "]\n" : "\n]\n");
  }

 private:
  output* out_;
  fields_writer<json_style> fields_;
  bool as_array_;
  bool first_ = true;
};

class table_writer final : public row_writer {
 public:
  table_writer(bool with_digest, output& out)
      : table_(names(with_digest), out), with_digest_(with_digest) {}

  void row(std::string_view id, const vm_identity& identity) override {
    std::vector<std::string> cells = {escaped(id),
                                      to_string(identity.tap_name),
                                      to_string(identity.guest_ip),
                                      to_string(identity.gateway),
                                      to_string(identity.subnet),
                                      to_string(identity.mac)};
    if (with_digest_) {
      std::array<char, digest_length> digits{};
      put_digest(digits.data(), identity.digest);
      cells.emplace_back(digits.data(), digits.size());
    }
    table_.row(std::move(cells));
  }
  void finish() override { table_.finish(); }

 private:
  static std::vector<std::string> names(bool with_digest) {
    std::vector<std::string> all = {"id", "tap_name", "guest_ip", "gateway", "subnet", "mac"};
    if (with_digest) all.emplace_back("digest");
    return all;
  }

  text_table table_;
  bool with_digest_;
};

}  // namespace

std::unique_ptr<row_writer> make_row_writer(row_format format, bool with_digest, output& out) {
  switch (format) {
    case row_format::table:
      return std::make_unique<table_writer>(with_digest, out);
    case row_format::csv:
      return std::make_unique<csv_writer>(with_digest, out);
    case row_format::json:
      return std::make_unique<json_writer>(with_digest, true, out);
    case row_format::jsonl:
      return std::make_unique<json_writer>(with_digest, false, out);
    case row_format::tsv:
      break;
  }
  return std::make_unique<tsv_writer>(with_digest, out);
}

}  // namespace vmnet::cli
