// `canary address|undefined` commits one planted fault inside a module. A build
// with that sanitizer reports it and ends; any other says so and ends well.
#include <climits>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string_view>

import vmnet.canary;

int main(int argc, char** argv) {
  const std::string_view fault = argc == 2 ? argv[1] : "";
  if (fault == "address") {
    constexpr std::size_t size = 8;
    const auto bytes = std::make_unique<char[]>(size);
    std::printf("read %d\n", vmnet::canary::read_behind(bytes.get(), size));
  } else if (fault == "undefined") {
    std::printf("added to %d\n", vmnet::canary::add_one(INT_MAX));
  } else {
    std::fprintf(stderr, "usage: %s address|undefined\n", argv[0]);
    return 2;
  }
  std::puts("the planted fault was not reported");
  return 0;
}
