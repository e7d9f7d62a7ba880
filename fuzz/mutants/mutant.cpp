#include "mutant.hpp"

#include <cstdlib>

/// The mutant that is on, from the environment; 0 for none. Read before anything
/// else is initialised.
int vmnet_mutant = 0;

__attribute__((constructor(101))) static void read_mutant() {
  if (const char* const number = std::getenv("VMNET_MUTANT")) vmnet_mutant = std::atoi(number);
}

extern "C" void vmnet_mutant_is_meaningless() { std::_Exit(mutant::meaningless); }
