#include "probe_oracle.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

__extension__ using wide = unsigned __int128;

std::uint64_t rotated(std::uint64_t x, unsigned by) { return x << by | x >> (64U - by); }

using state = std::array<std::uint64_t, 4>;

void half_round(state& v, std::size_t a, std::size_t c, unsigned s, unsigned t) {
  v[a] += v[1];
  v[c] += v[3];
  v[1] = rotated(v[1], s) ^ v[a];
  v[3] = rotated(v[3], t) ^ v[c];
  v[a] = rotated(v[a], 32);
}

void rounds(state& v, int count) {
  for (; count > 0; --count) {
    half_round(v, 0, 2, 13, 16);
    half_round(v, 2, 0, 17, 21);
  }
}

template <class... Numbers>
std::string printed(const char* format, Numbers... numbers) {
  std::array<char, 64> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), format, numbers...);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

}  // namespace

namespace fuzz {

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t digest) {
  for (const char c : bytes) {
    const std::uint64_t mixed = digest ^ static_cast<std::uint8_t>(c);
    digest = (mixed << 40U) + (mixed << 8U) + mixed * 0xb3U;
  }
  return digest;
}

std::uint64_t siphash(std::string_view bytes, std::uint64_t k0, std::uint64_t k1) {
  std::string padded(bytes);
  padded.resize(bytes.size() / 8 * 8 + 8);
  padded.back() = static_cast<char>(bytes.size() % 256);
  constexpr std::string_view name = "somepseudorandomlygeneratedbytes";
  state v{};
  for (std::size_t i = 0; i < name.size(); ++i)
    v[i / 8] = v[i / 8] * 256 + static_cast<std::uint8_t>(name[i]);
  for (const std::size_t i : {0U, 2U}) {
    v[i] ^= k0;
    v[i + 1] ^= k1;
  }
  for (std::size_t at = 0; at < padded.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 8; i-- > 0;) word = word * 256 + static_cast<std::uint8_t>(padded[at + i]);
    v[3] ^= word;
    rounds(v, 2);
    v[0] ^= word;
  }
  v[2] ^= 255U;
  rounds(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

std::uint64_t splitmix(std::uint64_t x) {
  x ^= x / (std::uint64_t{1} << 30U);
  x = static_cast<std::uint64_t>(wide{x} * 13787848793156543929U);
  x ^= x / (std::uint64_t{1} << 27U);
  x = static_cast<std::uint64_t>(wide{x} * 10723151780598845931U);
  return x ^ x / (std::uint64_t{1} << 31U);
}

std::uint64_t derive(std::uint64_t rank, std::uint64_t k) {
  return splitmix(static_cast<std::uint64_t>(wide{k} * 11400714819323198485U + rank));
}

std::uint64_t stride(std::uint64_t rank, std::uint64_t slots) {
  if (slots == 1) return 0;
  for (std::uint64_t s = derive(rank, 1) % (slots - 1) + 1;; ++s) {
    std::uint64_t a = slots;
    std::uint64_t b = s;
    while (b != 0) {
      const std::uint64_t rest = a % b;
      a = b;
      b = rest;
    }
    if (a == 1) return s;
  }
}

std::uint32_t prober::address(std::uint64_t k, std::uint32_t network,
                              std::uint64_t addresses) const {
  const std::uint64_t slots = addresses - 3;
  const wide walked = k == 0 ? wide{0} : wide{k} * stride(rank, slots);
  return network + 2 + static_cast<std::uint32_t>((digest % slots + walked) % slots);
}

std::string prober::tap(std::uint64_t k) const {
  const std::uint64_t bits = k == 0 ? digest : derive(derive(rank, 2), k);
  return printed("tap-%08llx", static_cast<unsigned long long>(bits / 4294967296U));
}

std::uint64_t prober::mac(std::uint64_t k) const {
  const std::uint64_t bits = k == 0 ? digest : derive(derive(rank, 3), k);
  return 2199023255552U + bits % 1099511627776U;
}

std::string dotted(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &raw, text.data(), INET_ADDRSTRLEN);
  return text.data();
}

std::string with_length(std::uint32_t network, int prefix_length) {
  return dotted(network) + printed("/%d", prefix_length);
}

std::string sixteen_digits(std::uint64_t digest) {
  return printed("%016llx", static_cast<unsigned long long>(digest));
}

std::string colons(std::uint64_t mac) {
  std::string text;
  for (unsigned shift = 48; shift > 0; shift -= 8)
    text += printed(":%02x", static_cast<unsigned>(mac >> (shift - 8) & 255U));
  return text.substr(1);
}

}  // namespace fuzz
