// The checks that the two harnesses of IPv4 text share.
#pragma once

#include <string_view>

namespace fuzz {

/// Checks every parser of vmnet.ipv4 on `text`, and what comes out of it.
void check_ipv4_text(std::string_view text);

}  // namespace fuzz
