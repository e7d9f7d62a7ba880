// A runtime that starts and stops VMs, as far as their network goes: it claims an
// identity from a pool, writes what Firecracker takes, and gives the identity back.
//
//   $ runtime 172.30.0.0/24 /var/lib/runtime <<END
//   start vm-31
//   start vm-54
//   stop vm-31
//   END
//
// 'vmnet emit nftables --snapshot /var/lib/runtime/pool' and the like make of the same
// pool what the host takes.
//
// The pool is saved after every change and before anything is done with it, so that
// a runtime that is killed never gives an address twice. A directory is for one
// runtime at a time. Ids are printed as they are: here they come from who runs it.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

import vmnet;

namespace {

namespace fs = std::filesystem;

// For a minute nobody else gets an address that was released: the caches of the
// neighbours know its old owner.
constexpr vmnet::pool_options options = {.key = {}, .quarantine = 60};

std::uint64_t now() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

/// Replaces a file in one step; false where that fails. (Add an fsync of file and
/// directory where a power cut is to be survived.)
bool write_file(const fs::path& path, std::string_view text) {
  const fs::path beside = path.string() + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code error;
  if (file) fs::rename(beside, path, error);
  return file && !error;
}

/// The network of a Firecracker configuration, and the guest's own end of it. The
/// names in it are vmnet's, which need no escapes; an id is nowhere in it.
std::string firecracker_config(const vmnet::vm_identity& vm) {
  return "{\"boot-source\":{\"kernel_image_path\":\"vmlinux\",\"boot_args\":\"console=ttyS0 ip=" +
         to_string(vm.guest_ip) + "::" + to_string(vm.gateway) + ':' +
         to_string(vm.subnet.netmask()) +
         "::eth0:off\"},\n \"network-interfaces\":[{\"iface_id\":\"eth0\",\"host_dev_name\":\"" +
         to_string(vm.tap_name) + "\",\"guest_mac\":\"" + to_string(vm.mac) + "\"}]}\n";
}

class runtime {
 public:
  runtime(fs::path directory, vmnet::ipv4_network subnet, vmnet::pool pool)
      : directory_(std::move(directory)), subnet_(subnet), pool_(std::move(pool)) {}

  /// Does what a line says; false where that is not to be done.
  bool run(std::string_view line) {
    if (line.starts_with("start ")) return start(line.substr(6));
    if (line.starts_with("stop ")) return stop(line.substr(5));
    std::cerr << "expected 'start ID' or 'stop ID'\n";
    return false;
  }

 private:
  bool start(std::string_view id) {
    const auto claim = pool_.claim(id, subnet_, now());
    if (!claim) return refused(to_string(claim.error()));
    const vmnet::vm_identity& vm = claim->lease.identity;
    const fs::path config = config_of(vm);
    if (!save() || !write_file(config, firecracker_config(vm))) return refused("cannot be written");
    std::cout << id << ' ' << to_string(vm.guest_ip) << ' ' << config.string();
    const auto& address = claim->v1[static_cast<std::size_t>(vmnet::vm_resource::guest_ip)];
    if (address.state == vmnet::value_state::leased)
      std::cout << " (its address of scheme v1 is that of " << address.id << ')';
    std::cout << '\n';
    return true;
  }

  bool stop(std::string_view id) {
    const vmnet::lease* const held = pool_.find(id);
    if (held == nullptr) return refused("is not running");
    // A copy: the lease ends here. The epoch says which lease is meant, should
    // another one have been given meanwhile.
    const vmnet::lease ended = *held;
    std::error_code error;
    fs::remove(config_of(ended.identity), error);
    if (error) return refused(error.message());
    const auto released = pool_.release(id, ended.epoch, now());
    if (!released) return refused(to_string(released.error()));
    return save() || refused("cannot be written");
  }

  bool refused(std::string_view why) {
    std::cerr << why << '\n';
    return false;
  }

  /// The TAP name is unique in the pool, and a good name for a file.
  [[nodiscard]] fs::path config_of(const vmnet::vm_identity& vm) const {
    return directory_ / (to_string(vm.tap_name) + ".json");
  }
  [[nodiscard]] bool save() const { return write_file(directory_ / "pool", pool_.snapshot()); }

  fs::path directory_;
  vmnet::ipv4_network subnet_;
  vmnet::pool pool_;
};

/// The pool of the last run, or a new one; nothing where the saved one is damaged,
/// which nobody should go on with.
std::optional<vmnet::pool> open_pool(const fs::path& path, vmnet::ipv4_network subnet) {
  if (std::ifstream file(path, std::ios::binary); file) {
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    auto restored = vmnet::pool::restore(text, options);
    if (restored) return *std::move(restored);
    std::cerr << path.string() << ": " << to_string(restored.error()) << '\n';
    return std::nullopt;
  }
  vmnet::pool fresh(options);
  if (const auto added = fresh.add_subnet(subnet); !added) {
    std::cerr << to_string(added.error()) << '\n';
    return std::nullopt;
  }
  return fresh;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: runtime SUBNET DIRECTORY\n";
    return 2;
  }
  const auto subnet = vmnet::ipv4_network::parse(argv[1]);
  if (!subnet) {
    std::cerr << vmnet::diagnostic(argv[1], subnet.error()) << '\n';
    return 2;
  }
  const fs::path directory = argv[2];
  auto pool = open_pool(directory / "pool", *subnet);
  if (!pool) return 1;
  runtime vms(directory, *subnet, *std::move(pool));
  bool is_good = true;
  for (std::string line; std::getline(std::cin, line);) is_good &= vms.run(line);
  return is_good ? 0 : 1;
}
