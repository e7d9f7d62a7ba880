// fmt, for the units that print for people. fmt 12 calls malloc() and leaves its
// declaration to headers that libc++ does not include; it has to come before.
#pragma once

// clang-format off
#include <stdlib.h>
#include <fmt/format.h>
// clang-format on
