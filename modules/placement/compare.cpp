// Comparisons of what has views of texts: not in the interface, as those of vmnet.pool
// are not; here it is libc++ whose importers would need <string_view>.
module vmnet.placement;

namespace vmnet {

bool placement::operator==(const placement&) const noexcept = default;
bool planned_vm::operator==(const planned_vm&) const noexcept = default;

}  // namespace vmnet
