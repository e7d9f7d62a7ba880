#include <cstdio>

import vmnet;

int main() {
  std::puts(vmnet::tap_name_for("vm-1").c_str());
  return 0;
}
