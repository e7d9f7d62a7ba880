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
     .extension = ".json",
     .settings = guest,
     .kind = document_kind::line,
     .one = firecracker_config},
    {.name = "firecracker-interface",
     .extension = ".json",
     .settings = guest,
     .kind = document_kind::line,
     .one = firecracker_interface},
    {.name = "firecracker-snapshot",
     .extension = ".json",
     .settings = bits(setting::interface),
     .kind = document_kind::line,
     .one = firecracker_snapshot},
    {.name = "cloud-hypervisor",
     .extension = ".args",
     .settings = guest,
     .kind = document_kind::line,
     .one = cloud_hypervisor_arguments},
    {.name = "cloud-hypervisor-json",
     .extension = ".json",
     .settings = guest,
     .kind = document_kind::line,
     .one = cloud_hypervisor_json},
    {.name = "qemu",
     .extension = ".args",
     .settings = bits(setting::interface, setting::mtu, setting::device),
     .kind = document_kind::line,
     .one = qemu_arguments},
    {.name = "kernel-arg",
     .extension = ".args",
     .settings = bits(setting::interface, setting::dns, setting::hostname),
     .kind = document_kind::line,
     .one = kernel_argument},
    {.name = "cloud-init",
     .extension = "",
     .settings = bits(setting::interface, setting::mtu, setting::dns, setting::hostname),
     .kind = document_kind::folder,
     .folder = cloud_init_folder},
    {.name = "cloud-init-network",
     .extension = ".yaml",
     .settings = network,
     .kind = document_kind::yaml,
     .one = cloud_init_network},
    {.name = "cloud-init-meta",
     .extension = ".yaml",
     .settings = bits(setting::hostname),
     .kind = document_kind::yaml,
     .one = cloud_init_meta_data},
    {.name = "netplan",
     .extension = ".yaml",
     .settings = network,
     .kind = document_kind::yaml,
     .one = netplan},
    {.name = "cni",
     .extension = ".json",
     .settings = bits(setting::interface, setting::mtu, setting::dns, setting::bridge),
     .kind = document_kind::line,
     .one = cni_result},
    {.name = "dnsmasq",
     .extension = ".conf",
     .settings = bits(setting::hostname),
     .kind = document_kind::whole,
     .all = dnsmasq_hosts},
    {.name = "hosts",
     .extension = ".hosts",
     .settings = bits(setting::hostname),
     .kind = document_kind::whole,
     .all = etc_hosts},
    {.name = "iproute2",
     .extension = ".batch",
     .settings = host | bits(setting::mtu),
     .kind = document_kind::whole,
     .all = iproute2_batch},
    {.name = "nftables",
     .extension = ".nft",
     .settings = host | bits(setting::allow),
     .kind = document_kind::whole,
     .all = nftables_rules},
    {.name = "prometheus",
     .extension = ".json",
     .settings = bits(setting::port),
     .kind = document_kind::whole,
     .all = prometheus_targets},
    {.name = "json",
     .extension = ".json",
     .settings = bits(setting::hostname),
     .kind = document_kind::whole,
     .all = json_inventory},
};

}  // namespace

std::span<const emit_format> emit_formats() noexcept { return formats; }

}  // namespace vmnet::cli
