// Nothing is included: the standard library is a module too.
import std;
import vmnet;

using namespace vmnet::literals;

int main() {
  constexpr auto identity = vmnet::identify("vm-1", "172.30.0.0/24"_ipv4_net);
  std::println("{}", std::string_view{identity->tap_name});
}
