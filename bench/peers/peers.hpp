// Peers in other languages, behind a C interface. Each works through an array in
// its own language, so that no call across the border is timed. A result that
// nobody keeps goes through the language's own black box.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

struct peer_text {
  const char* data;
  std::size_t size;
};

/// An identity as the reference scheme makes it, in a form to compare.
struct peer_identity {
  char tap_name[16];
  char mac_text[18];
  std::uint8_t mac[6];
  std::uint32_t guest_ip;
  std::uint32_t gateway;
};

extern "C" {
// reference.rs
void rust_identity(peer_text id, std::uint32_t network, std::uint8_t prefix_length,
                   peer_identity* out);
void rust_tap_names(const peer_text* ids, std::size_t size);
void rust_identities(const peer_text* ids, std::size_t size, std::uint32_t network,
                     std::uint8_t prefix_length);
void rust_format_macs(const std::uint8_t (*macs)[6], std::size_t size);
std::uint64_t rust_parse_addresses(const peer_text* texts, std::size_t size);
std::uint64_t rust_parse_networks(const peer_text* texts, std::size_t size);
std::uint64_t rust_format_addresses(const std::uint32_t* addresses, std::size_t size);
// netip.go
std::uint64_t go_parse_addresses(const peer_text* texts, std::size_t size);
std::uint64_t go_parse_networks(const peer_text* texts, std::size_t size);
}

namespace bench {

inline std::vector<peer_text> peer_texts(const std::vector<std::string_view>& views) {
  std::vector<peer_text> made;
  made.reserve(views.size());
  for (const std::string_view view : views) made.push_back({view.data(), view.size()});
  return made;
}

}  // namespace bench
