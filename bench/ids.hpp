// Ids as fleets have them, from a seeded generator: the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class id_kind : std::uint8_t {
  uuid,   ///< 5c0dfa0c-4a0e-4d31-9c54-0b3a1b6d1f0e
  vm_n,   ///< vm-0, vm-1, ...
  k8s,    ///< web-frontend-7d9c5b8f4-x2x9k
  mixed,  ///< 8 to 40 bytes
};

constexpr id_kind all_kinds[] = {id_kind::uuid, id_kind::vm_n, id_kind::k8s, id_kind::mixed};

constexpr const char* name_of(id_kind kind) {
  switch (kind) {
    case id_kind::uuid:
      return "uuid";
    case id_kind::vm_n:
      return "vm-N";
    case id_kind::k8s:
      return "k8s";
    case id_kind::mixed:
      return "mixed";
  }
  return "";
}

/// Texts one after the other in one piece of memory, as a file of them has it.
class texts {
 public:
  void add(std::string_view text) {
    ends_.push_back(bytes_.size() + text.size());
    bytes_ += text;
  }
  [[nodiscard]] std::vector<std::string_view> views() const {
    std::vector<std::string_view> views;
    views.reserve(ends_.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      views.emplace_back(bytes_.data() + begin, end - begin);
      begin = end;
    }
    return views;
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

class id_generator {
 public:
  explicit id_generator(id_kind kind) : kind_(kind) {}

  std::string next() {
    switch (kind_) {
      case id_kind::uuid:
        return drawn("0123456789abcdef", 8) + '-' + drawn("0123456789abcdef", 4) + "-4" +
               drawn("0123456789abcdef", 3) + '-' + drawn("89ab", 1) +
               drawn("0123456789abcdef", 3) + '-' + drawn("0123456789abcdef", 12);
      case id_kind::vm_n:
        return "vm-" + std::to_string(number_++);
      case id_kind::k8s: {
        static constexpr const char* names[] = {"api",           "web-frontend", "postgres",
                                                "ingress-nginx", "queue",        "worker-batch",
                                                "cache",         "auth-proxy"};
        return std::string(names[random_() % 8]) + '-' + drawn("bcdfghjklmnpqrstvwxz2456789", 9) +
               '-' + drawn("bcdfghjklmnpqrstvwxz2456789", 5);
      }
      case id_kind::mixed:
        return drawn("abcdefghijklmnopqrstuvwxyz0123456789-_", 8 + random_() % 33);
    }
    return {};
  }

 private:
  std::string drawn(std::string_view alphabet, std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = alphabet[random_() % alphabet.size()];
    return text;
  }

  id_kind kind_;
  std::uint64_t number_ = 0;
  std::mt19937_64 random_{20'240'229};
};

inline texts make_ids(id_kind kind, std::size_t count) {
  id_generator generator(kind);
  texts made;
  for (std::size_t i = 0; i < count; ++i) made.add(generator.next());
  return made;
}

}  // namespace bench
