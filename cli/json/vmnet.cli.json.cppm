// vmnet.cli.json: JSON documents that commands print.
//
// They are nlohmann-json's, whose headers take a compiler longer than the rest of a
// command: one file reads them, and not each command.
module;
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

export module vmnet.cli.json;

export namespace vmnet::cli {

/// A value of JSON. Made from what it holds; null by default. Moved from, it can only
/// be assigned to.
class json {
 public:
  json();
  json(std::string_view text);
  json(const std::string& text) : json(std::string_view(text)) {}
  json(const char* text) : json(std::string_view(text)) {}
  json(bool value);
  json(double value);
  json(std::uint64_t value);
  json(std::int64_t value);
  template <std::integral T>
  json(T value) : json(static_cast<widest<T>>(value)) {}

  json(const json& other);
  json(json&& other) noexcept;
  json& operator=(json other) noexcept;
  ~json();

  [[nodiscard]] static json array(std::initializer_list<json> elements = {});
  [[nodiscard]] static json object();

  /// Adds a member to an object, which keeps their order, or to null, which
  /// becomes one.
  json& set(std::string_view key, json value);
  /// Adds an element to an array.
  void push_back(json element);

  /// On one line, in ASCII.
  [[nodiscard]] std::string dump() const;

 private:
  template <class T>
  using widest = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  struct node;

  std::unique_ptr<node> node_;
};

}  // namespace vmnet::cli
