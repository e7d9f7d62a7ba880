#include "mutant.hpp"

#include <cstdlib>

/// The mutant that is on; 0 for none.
int vmnet_mutant = 0;

extern "C" void vmnet_mutant_is_meaningless() { std::_Exit(mutant::meaningless); }
