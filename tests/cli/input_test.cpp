#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

import vmnet.cli.input;

namespace {

using vmnet::cli::id_reader;
using vmnet::cli::input_event;
using namespace std::string_view_literals;

/// What a reader makes of `text`, an event a line; before each event it is asked
/// for up to `at_once` ids.
std::string events(std::string_view text, std::size_t step, std::size_t max_line,
                   std::size_t at_once = 0) {
  vmnet::cli::memory_source source(text, step);
  id_reader reader(source, {.max_line = max_line});
  std::vector<std::string_view> ids(at_once);
  std::string out;
  std::uint64_t line = 0;  // of the last event: those of many ids have no gaps
  for (;;) {
    for (std::size_t count = reader.next_ids(ids); count > 0; count = reader.next_ids(ids))
      for (const std::string_view id : std::span(ids).first(count))
        out += std::to_string(++line) + " row " + std::string(id) + '\n';
    switch (reader.next()) {
      case input_event::row:
        out += std::to_string(reader.line().number) + " row " + std::string(reader.row().id);
        if (reader.row().subnet) out += " in " + to_string(*reader.row().subnet);
        break;
      case input_event::fault:
        out += std::to_string(reader.line().number) + ":" + std::to_string(reader.fault().column) +
               " fault in " + std::string(reader.line().text);
        break;
      case input_event::failed:
        return out + "failed";
      case input_event::end:
        return out + "end";
    }
    out += '\n';
    line = reader.line().number;
  }
}

TEST(IdReader, GivesTheSameIdsManyAtOnce) {
  constexpr std::string_view text =
      "first\na\n\n#c\nb\n\xef\xbb\xbf\n\xef\x80\x80\n{\"id\":1}\nc\r\nd\re\nf\t10.0.0.0/8\n"
      "\t1\ng\n0123456789abcdef\nh\n0123456789abcd\n i \n\0j\n\xff\xfe\n\xfe\xff\n\xff\nlast"sv;
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U})
    for (const std::size_t at_once : {1U, 2U, 100U})
      EXPECT_EQ(events(text, step, 14, at_once), events(text, step, 14)) << step << ' ' << at_once;
  EXPECT_NE(events(text, 1, 14).find("row g\n"), std::string::npos);
}

TEST(IdReader, GivesTheSameIdsManyAtOnceBehindAVeryLongLine) {
  // The long line makes the buffer so large that all that follows is in it at once.
  // Lines of many lengths end, and have their tabs, wherever a search begins or ends.
  std::string text = std::string(1'000'000, 'x') + '\n';
  std::string want = "1 row " + text;
  for (std::size_t n = 2; n < 4'000; ++n) {
    const std::string id = std::string((n % 97) * (n % 5), 'i') + std::to_string(n);
    if (n % 7 == 0) {
      text += "#" + id + "\n";
    } else if (n % 11 == 0) {
      text += '\n';
    } else {
      const bool has_subnet = n % 101 == 0;
      text += id + (has_subnet ? "\t10.0.0.0/8\n" : "\n");
      want += std::to_string(n) + " row " + id + (has_subnet ? " in 10.0.0.0/8\n" : "\n");
    }
  }
  want += "end";
  for (const std::size_t step : {4'096U, 2'000'000U})
    for (const std::size_t at_once : {0U, 1U, 1'000U})
      EXPECT_TRUE(events(text, step, 2'000'000, at_once) == want) << step << ' ' << at_once;
}

TEST(IdReader, GivesManyIdsAtOnceOnlyWhereTheyStandAlone) {
  const auto first = [](std::string_view text, vmnet::cli::input_options options) {
    vmnet::cli::memory_source source(text);
    id_reader reader(source, options);
    std::vector<std::string_view> ids(10);
    EXPECT_EQ(reader.next_ids(ids), 0U);  // nothing is read yet
    static_cast<void>(reader.next());
    return reader.next_ids(ids);
  };
  EXPECT_EQ(first("a\nb\nc\nd", {}), 2U);
  EXPECT_EQ(first("a\nb\nc\t10.0.0.0/8\n", {}), 1U);
  EXPECT_EQ(first("61\n62\n63\n", {.encoding = vmnet::cli::id_encoding::hex}), 0U);
  EXPECT_EQ(first("{\"id\":\"a\"}\n{\"id\":\"b\"}\n", {}), 0U);
}

TEST(IdReader, GivesTheSameHoweverTheBytesArrive) {
  const std::string_view plain = "#c\n\na\t10.0.0.1/8\nb\r\n0123456789abcdef\nxyz\t1\nlast";
  const std::string_view json = " \n{\"id\":\"\\u00e9\"}\n{\"id\":1}\n{\"id_hex\":\"61\"}";
  EXPECT_EQ(events(plain, 1, 14),
            "3 row a in 10.0.0.0/8\n4:2 fault in b\r\n5:15 fault in 0123456789abcd\n"
            "6:6 fault in xyz\t1\n7 row last\nend");
  EXPECT_EQ(events(json, 1, 100), "2 row \xc3\xa9\n3:7 fault in {\"id\":1}\n4 row a\nend");
  for (const std::size_t step : {2U, 3U, 7U, 1000U}) {
    EXPECT_EQ(events(plain, step, 14), events(plain, 1, 14)) << step;
    EXPECT_EQ(events(json, step, 100), events(json, 1, 100)) << step;
  }
}

TEST(IdReader, LooksForTheFormatWithinOneLineHoweverTheBytesArrive) {
  for (const std::size_t step : {1U, 2U, 1000U}) {
    EXPECT_EQ(events("\n\n\n{\"id\":1}", step, 4), "4:5 fault in {\"id\nend") << step;
    EXPECT_EQ(events("\n\n\n\n{a}", step, 4), "5 row {a}\nend") << step;
  }
}

TEST(IdReader, FindsNothingInNothing) {
  EXPECT_EQ(events("", 1, 10), "end");
  EXPECT_EQ(events("\n\n", 1, 10), "end");
}

TEST(IdReader, TellsWhatTheSourceFailedWith) {
  class broken_source final : public vmnet::cli::byte_source {
   public:
    std::ptrdiff_t read(char* into, std::size_t) override {
      if (reads_++ > 0) return -5;
      *into = 'a';
      return 1;
    }

   private:
    int reads_ = 0;
  } source;
  id_reader reader(source, {});
  EXPECT_EQ(reader.next(), input_event::failed);
  EXPECT_EQ(reader.error(), 5);
}

TEST(IdReader, ReadsLinesLongerThanItsFirstBuffer) {
  const std::string id(1'000'000, 'x');
  EXPECT_EQ(events(id + "\n" + id, 65536, 2'000'000), "1 row " + id + "\n2 row " + id + "\nend");
}

}  // namespace
