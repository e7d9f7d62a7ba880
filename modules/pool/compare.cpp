// Comparisons of what has texts of its own. Not in the interface: GCC 16 looks for
// the members' operators where a defaulted comparison is first used, and an importer
// that includes no <string> has none.
module vmnet.pool;

namespace vmnet {

bool lease::operator==(const lease&) const = default;
bool value_holder::operator==(const value_holder&) const = default;
bool claimed::operator==(const claimed&) const = default;
bool pool_error::operator==(const pool_error&) const = default;

}  // namespace vmnet
