// Tries many mutants in one process: a child for each runs the inputs, so that
// nothing is started or read anew. `NAME_replay NUMBER... -- FILE...` prints the
// numbers of those that no input finds, with a minus those that
// would not compile. An input that takes too long, by the
// child's own time, finds its mutant too.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "mutant.hpp"

namespace {

constexpr rlim_t most_seconds = 3;

struct input {
  std::unique_ptr<std::uint8_t[]> bytes;  // exactly its size: AddressSanitizer guards the ends
  std::size_t size;
};

input read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  input made{std::make_unique<std::uint8_t[]>(content.size()), content.size()};
  for (std::size_t i = 0; i < content.size(); ++i)
    made.bytes[i] = static_cast<std::uint8_t>(content[i]);
  return made;
}

/// How a child ends in which mutant `number` is on.
int status_of(int number, const std::vector<input>& inputs) {
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) {
    vmnet_mutant = number;
    const rlimit limit{most_seconds, most_seconds};
    setrlimit(RLIMIT_CPU, &limit);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) std::abort();
    for (const input& each : inputs) LLVMFuzzerTestOneInput(each.bytes.get(), each.size);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) std::abort();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

int main(int argc, char** argv) {
  int files = 1;
  while (files < argc && std::string_view(argv[files]) != "--") ++files;
  std::vector<input> inputs;
  for (int i = files + 1; i < argc; ++i) inputs.push_back(read(argv[i]));
  for (int i = 1; i < files; ++i) switch (status_of(std::atoi(argv[i]), inputs)) {
      case 0:
        std::puts(argv[i]);
        break;
      case mutant::meaningless:
        std::printf("-%s\n", argv[i]);
        break;
      default:
        break;
    }
  return 0;
}
