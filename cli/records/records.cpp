module vmnet.cli.records;

import vmnet.cli.escape;
import vmnet.cli.table;

namespace vmnet::cli {
namespace {

std::string hexadecimal(std::string_view bytes) {
  std::string hex(bytes.size() * 2, '\0');
  hex_to(hex.data(), bytes);
  return hex;
}

/// What a table or tsv shows of a value.
std::string cell_of(const record_value& value) { return value ? escaped(*value) : std::string(); }

class tsv_records final : public record_writer {
 public:
  tsv_records(const std::vector<record_field>& fields, output& out) : out_(&out) {
    for (const record_field& field : fields)
      out.write(std::string(&field == &fields.front() ? "" : "\t").append(field.name));
    out.write("\n");
  }

  void record(std::span<const record_value> values) override {
    for (const record_value& value : values) {
      if (&value != &values.front()) out_->write("\t");
      out_->write(cell_of(value));
    }
    out_->write("\n");
  }
  void finish() override {}

 private:
  output* out_;
};

/// RFC 4180.
class csv_records final : public record_writer {
 public:
  csv_records(std::vector<record_field> fields, output& out)
      : fields_(std::move(fields)), out_(&out), for_terminal_(out.is_terminal()) {
    std::string header;
    for (const record_field& field : fields_) {
      header.append(header.empty() ? "" : ",").append(field.name);
      if (field.kind == field_kind::bytes) header.append(",").append(field.name).append("_hex");
    }
    out.write(header + "\r\n");
  }

  void record(std::span<const record_value> values) override {
    std::string line;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) line += ',';
      const record_value& cell = values[i];
      const std::string_view value = cell ? std::string_view(*cell) : std::string_view();
      const bool is_bytes = fields_[i].kind == field_kind::bytes;
      if (!is_bytes || (for_terminal_ ? is_printable(value) : is_utf8(value))) {
        line += quoted(value);
        if (is_bytes) line += ',';
      } else {
        line.append(",").append(hexadecimal(value));
      }
    }
    out_->write(line + "\r\n");
  }
  void finish() override {}

 private:
  static std::string quoted(std::string_view text) {
    // A space at an end is quoted too: some readers trim it.
    const bool needs_quotes = text.find_first_of("\",\r\n") != std::string_view::npos ||
                              text.starts_with(' ') || text.ends_with(' ');
    if (!needs_quotes) return std::string(text);
    std::string out = "\"";
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
  }

  std::vector<record_field> fields_;
  output* out_;
  bool for_terminal_;
};

/// JSON Lines, or with `as_array` one array of the same objects, an object a line.
class json_records final : public record_writer {
 public:
  json_records(std::vector<record_field> fields, bool as_array, output& out)
      : fields_(std::move(fields)), out_(&out), as_array_(as_array) {
    if (as_array) out.write("[");
  }

  void record(std::span<const record_value> values) override {
    std::string line = !as_array_ ? "" : first_ ? "\n" : ",\n";
    first_ = false;
    char separator = '{';
    for (std::size_t i = 0; i < values.size(); ++i) {
      const record_value& value = values[i];
      if (!value) continue;
      const bool as_hex = fields_[i].kind == field_kind::bytes && !is_utf8(*value);
      line.append(1, std::exchange(separator, ',')).append("\"").append(fields_[i].name);
      line.append(as_hex ? "_hex\":" : "\":");
      if (fields_[i].kind == field_kind::number) {
        line += *value;
      } else {
        line.append("\"").append(as_hex ? hexadecimal(*value) : inside_json(*value));
        line += '"';
      }
    }
    line += '}';
    if (!as_array_) line += '\n';
    out_->write(line);
  }

  void finish() override {
    if (as_array_) out_->write(first_ ? "]\n" : "\n]\n");
  }

 private:
  static std::string inside_json(std::string_view text) {
    std::string out(text.size() * max_json_escape_length, '\0');
    out.resize(static_cast<std::size_t>(json_to(out.data(), text) - out.data()));
    return out;
  }

  std::vector<record_field> fields_;
  output* out_;
  bool as_array_;
  bool first_ = true;
};

class table_records final : public record_writer {
 public:
  table_records(const std::vector<record_field>& fields, output& out)
      : table_(names_of(fields), out) {}

  void record(std::span<const record_value> values) override {
    std::vector<std::string> cells;
    for (const record_value& value : values) cells.push_back(cell_of(value));
    table_.row(std::move(cells));
  }
  void finish() override { table_.finish(); }

 private:
  static std::vector<std::string> names_of(const std::vector<record_field>& fields) {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const record_field& field : fields) names.emplace_back(field.name);
    return names;
  }

  text_table table_;
};

}  // namespace

std::unique_ptr<record_writer> make_record_writer(row_format format,
                                                  std::vector<record_field> fields, output& out) {
  switch (format) {
    case row_format::table:
      return std::make_unique<table_records>(fields, out);
    case row_format::csv:
      return std::make_unique<csv_records>(std::move(fields), out);
    case row_format::json:
      return std::make_unique<json_records>(std::move(fields), true, out);
    case row_format::jsonl:
      return std::make_unique<json_records>(std::move(fields), false, out);
    case row_format::tsv:
      break;
  }
  return std::make_unique<tsv_records>(fields, out);
}

}  // namespace vmnet::cli
