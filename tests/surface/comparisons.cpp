// Nothing but the import: who includes no header can compare all the same. That it
// compiles is the test; GCC 16, and clang with libc++, refused it where the
// comparison was defaulted in the interface and a member has one in a header.
import vmnet;

template <class T>
bool is_equal(const T& a, const T& b) {
  return a == b;
}

template bool is_equal(const vmnet::batch_error&, const vmnet::batch_error&);
template bool is_equal(const vmnet::carved_networks&, const vmnet::carved_networks&);
template bool is_equal(const vmnet::claimed&, const vmnet::claimed&);
template bool is_equal(const vmnet::ipv4_network&, const vmnet::ipv4_network&);
template bool is_equal(const vmnet::ipv4_set&, const vmnet::ipv4_set&);
template bool is_equal(const vmnet::lease&, const vmnet::lease&);
template bool is_equal(const vmnet::mac_address&, const vmnet::mac_address&);
template bool is_equal(const vmnet::placement&, const vmnet::placement&);
template bool is_equal(const vmnet::plan&, const vmnet::plan&);
template bool is_equal(const vmnet::plan_change&, const vmnet::plan_change&);
template bool is_equal(const vmnet::plan_error&, const vmnet::plan_error&);
template bool is_equal(const vmnet::plan_statistics&, const vmnet::plan_statistics&);
template bool is_equal(const vmnet::planned_vm&, const vmnet::planned_vm&);
template bool is_equal(const vmnet::pool_error&, const vmnet::pool_error&);
template bool is_equal(const vmnet::snapshot_error&, const vmnet::snapshot_error&);
template bool is_equal(const vmnet::subnet_error&, const vmnet::subnet_error&);
template bool is_equal(const vmnet::value_holder&, const vmnet::value_holder&);
template bool is_equal(const vmnet::vm_identity&, const vmnet::vm_identity&);
