// Any bytes as the text of an address and of a network.
#include "check.hpp"
#include "cidr_check.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_ipv4_text(fuzz::reader::view_of(data, size));
  return 0;
}
