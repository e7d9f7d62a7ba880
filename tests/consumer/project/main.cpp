// What a stranger writes on the first day; it prints tap-1fdcc600.
#include <cstdio>

import vmnet;

using namespace vmnet::literals;

static_assert(vmnet::fnv1a_64("foobar") == 0x85944171f73967e8);
static_assert(vmnet::tap_name_for("vm-1") == "tap-1fdcc600");

constexpr auto subnet = "172.30.0.0/24"_ipv4_net;

int main() {
  if (auto identity = vmnet::identify("vm-1", subnet)) std::puts(identity->tap_name.c_str());
  auto bad = vmnet::ipv4_network::parse("10.0.0.256/8");
  return !bad && bad.error().offset() == 7 ? 0 : 1;
}
