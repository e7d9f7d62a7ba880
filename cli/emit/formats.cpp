module;
#include <cstdint>
#include <iterator>
#include <span>

module vmnet.cli.emit;

namespace vmnet::cli {
namespace {

constexpr std::uint16_t bit(setting one) noexcept { return static_cast<std::uint16_t>(one); }

template <class... Setting>
constexpr std::uint16_t bits(Setting... used) noexcept {
  return static_cast<std::uint16_t>((0U | ... | bit(used)));
}

constexpr std::uint16_t guest = bits(setting::interface, setting::mtu);
constexpr std::uint16_t host = bits(setting::bridge, setting::no_shared, setting::undo);
constexpr std::uint16_t network = bits(setting::interface, setting::mtu, setting::dns);

// In the order of the manual.
constexpr emit_format formats[] = {
    {.name = "firecracker",
     .kind = document_kind::line,
     .extension = ".json",
     .settings = guest,
     .one = firecracker_config},
    {.name = "firecracker-interface",
     .kind = document_kind::line,
     .extension = ".json",
     .settings = guest,
     .one = firecracker_interface},
    {.name = "firecracker-snapshot",
     .kind = document_kind::line,
     .extension = ".json",
     .settings = bits(setting::interface),
     .one = firecracker_snapshot},
    {.name = "cloud-hypervisor",
     .kind = document_kind::line,
     .extension = ".args",
     .settings = guest,
     .one = cloud_hypervisor_arguments},
    {.name = "cloud-hypervisor-json",
     .kind = document_kind::line,
     .extension = ".json",
     .settings = guest,
     .one = cloud_hypervisor_json},
    {.name = "qemu",
     .kind = document_kind::line,
     .extension = ".args",
     .settings = bits(setting::interface, setting::mtu, setting::device),
     .one = qemu_arguments},
    {.name = "kernel-arg",
     .kind = document_kind::line,
     .extension = ".args",
     .settings = bits(setting::interface, setting::dns, setting::hostname),
     .one = kernel_argument},
    {.name = "cloud-init",
     .kind = document_kind::folder,
     .extension = "",
     .settings = bits(setting::interface, setting::mtu, setting::dns, setting::hostname),
     .folder = cloud_init_folder},
    {.name = "cloud-init-network",
     .kind = document_kind::yaml,
     .extension = ".yaml",
     .settings = network,
     .one = cloud_init_network},
    {.name = "cloud-init-meta",
     .kind = document_kind::yaml,
     .extension = ".yaml",
     .settings = bits(setting::hostname),
     .one = cloud_init_meta_data},
    {.name = "netplan",
     .kind = document_kind::yaml,
     .extension = ".yaml",
     .settings = network,
     .one = netplan},
    {.name = "cni",
     .kind = document_kind::line,
     .extension = ".json",
     .settings = bits(setting::interface, setting::mtu, setting::dns, setting::bridge),
     .one = cni_result},
    {.name = "dnsmasq",
     .kind = document_kind::whole,
     .extension = ".conf",
     .settings = bits(setting::hostname),
     .all = dnsmasq_hosts},
    {.name = "hosts",
     .kind = document_kind::whole,
     .extension = ".hosts",
     .settings = bits(setting::hostname),
     .all = etc_hosts},
    {.name = "iproute2",
     .kind = document_kind::whole,
     .extension = ".batch",
     .settings = host | bits(setting::mtu),
     .all = iproute2_batch},
    {.name = "nftables",
     .kind = document_kind::whole,
     .extension = ".nft",
     .settings = host | bits(setting::allow),
     .all = nftables_rules},
    {.name = "prometheus",
     .kind = document_kind::whole,
     .extension = ".json",
     .settings = bits(setting::port),
     .all = prometheus_targets},
    {.name = "json",
     .kind = document_kind::whole,
     .extension = ".json",
     .settings = bits(setting::hostname),
     .all = json_inventory},
};

}  // namespace

std::span<const emit_format> emit_formats() noexcept { return formats; }

}  // namespace vmnet::cli
