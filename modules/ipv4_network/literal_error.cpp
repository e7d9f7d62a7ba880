module vmnet.ipv4_network;

// Not constexpr on purpose: a call in a constant expression is the compile
// error, and the name of the function is its message. Never called at run time.
namespace vmnet::detail {

void literal_is_not_an_ipv4_network() noexcept {}

}  // namespace vmnet::detail
