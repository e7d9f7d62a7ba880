// fmt, for the units that print for people. fmt 12 calls malloc() and leaves its
// declaration to headers that libc++ does not include.
#pragma once

// clang-format off
#include <cstdlib>
#include <fmt/format.h>
// clang-format on
