module;
#include <cstdio>

module vmnet.result;

namespace vmnet::detail {

void bad_result_access(const char* what) noexcept {
  std::fputs(what, stderr);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace vmnet::detail
