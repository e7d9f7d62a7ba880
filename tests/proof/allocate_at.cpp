// What allocate_guest_ip and identify call, by itself: the address for a digest.
//
// An id with a wanted digest is hard to make, and the function is not exported.
// This file is a unit of the module, so it sees it and adds nothing to the
// interface.
module vmnet.alloc;

namespace {

std::uint32_t address_for(std::uint64_t digest, std::uint32_t address, int length) {
  const auto subnet = vmnet::ipv4_network::make(vmnet::ipv4_address::from_uint32(address), length);
  return vmnet::detail::guest_ip_of(digest, *subnet).to_uint32();
}

}  // namespace

// clang 19 sees nothing of the module's own from inside of a function like this.
extern "C++" std::uint32_t allocate_at(std::uint64_t digest, std::uint32_t address, int length) {
  return address_for(digest, address, length);
}
