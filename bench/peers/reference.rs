//! The identity scheme v1 (docs/scheme-v1.md) as a Rust crate would write it:
//! Strings, format!() and one function for each output. A peer of the
//! benchmarks, behind a C interface; core::net's parsers and formatter too.
use std::fmt::Write;
use std::hint::black_box;
use std::net::Ipv4Addr;

#[derive(Clone, Copy)]
pub struct Subnet {
    network: Ipv4Addr,
    prefix_length: u8,
}

impl Subnet {
    pub fn new(address: Ipv4Addr, prefix_length: u8) -> Result<Subnet, String> {
        if prefix_length > 32 {
            return Err(format!("a prefix length is at most 32, got {prefix_length}"));
        }
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix_length)).unwrap_or(0);
        Ok(Subnet { network: Ipv4Addr::from(u32::from(address) & mask), prefix_length })
    }

    pub fn parse(text: &str) -> Result<Subnet, String> {
        let (address, length) =
            text.split_once('/').ok_or_else(|| format!("no prefix length in {text}"))?;
        let address = address.parse::<Ipv4Addr>().map_err(|e| e.to_string())?;
        let length = length.parse::<u8>().map_err(|e| e.to_string())?;
        Subnet::new(address, length)
    }

    fn num_addresses(&self) -> u64 {
        1 << (32 - self.prefix_length)
    }

    fn nth(&self, offset: u64) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.network).wrapping_add(offset as u32))
    }
}

pub struct Identity {
    pub tap_name: String,
    pub guest_ip: Ipv4Addr,
    pub gateway: Ipv4Addr,
    pub subnet: Subnet,
    pub mac: [u8; 6],
}

pub fn fnv1a_64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf29ce484222325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100000001b3))
}

pub fn vm_short_hash(vm_id: &str) -> String {
    format!("{:016x}", fnv1a_64(vm_id.as_bytes()))[..8].to_string()
}

pub fn tap_name_for(vm_id: &str) -> String {
    format!("tap-{}", vm_short_hash(vm_id))
}

pub fn allocate_guest_ip(vm_id: &str, subnet: &Subnet) -> Result<Ipv4Addr, String> {
    let addresses = subnet.num_addresses();
    if addresses < 4 {
        return Err(format!("subnet too small: need /30 or larger (got {addresses} addresses)"));
    }
    Ok(subnet.nth(fnv1a_64(vm_id.as_bytes()) % (addresses - 3) + 2))
}

pub fn gateway_for(subnet: &Subnet) -> Result<Ipv4Addr, String> {
    if subnet.num_addresses() < 2 {
        return Err("a /32 has no gateway".to_string());
    }
    Ok(subnet.nth(1))
}

pub fn allocate_guest_mac(vm_id: &str) -> [u8; 6] {
    let hash = fnv1a_64(vm_id.as_bytes()).to_be_bytes();
    [0x02, hash[3], hash[4], hash[5], hash[6], hash[7]]
}

pub fn format_mac(mac: &[u8; 6]) -> String {
    format!(
        "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
        mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]
    )
}

pub fn identify(vm_id: &str, subnet: &Subnet) -> Result<Identity, String> {
    Ok(Identity {
        tap_name: tap_name_for(vm_id),
        guest_ip: allocate_guest_ip(vm_id, subnet)?,
        gateway: gateway_for(subnet)?,
        subnet: *subnet,
        mac: allocate_guest_mac(vm_id),
    })
}

// --- The C interface ----------------------------------------------------------

#[repr(C)]
pub struct Text {
    data: *const u8,
    size: usize,
}

#[repr(C)]
pub struct CIdentity {
    tap_name: [u8; 16],
    mac_text: [u8; 18],
    mac: [u8; 6],
    guest_ip: u32,
    gateway: u32,
}

unsafe fn text<'a>(text: &Text) -> &'a str {
    std::str::from_utf8_unchecked(std::slice::from_raw_parts(text.data, text.size))
}

unsafe fn slice<'a, T>(first: *const T, size: usize) -> &'a [T] {
    std::slice::from_raw_parts(first, size)
}

#[no_mangle]
pub unsafe extern "C" fn rust_identity(id: Text, network: u32, length: u8, out: *mut CIdentity) {
    let subnet = Subnet::new(Ipv4Addr::from(network), length).unwrap();
    let made = identify(text(&id), &subnet).unwrap();
    let out = &mut *out;
    out.tap_name = [0; 16];
    out.tap_name[..made.tap_name.len()].copy_from_slice(made.tap_name.as_bytes());
    out.mac_text = [0; 18];
    out.mac_text[..17].copy_from_slice(format_mac(&made.mac).as_bytes());
    out.mac = made.mac;
    out.guest_ip = u32::from(made.guest_ip);
    out.gateway = u32::from(made.gateway);
}

#[no_mangle]
pub unsafe extern "C" fn rust_tap_names(ids: *const Text, size: usize) {
    for id in slice(ids, size) {
        black_box(tap_name_for(text(id)));
    }
}

#[no_mangle]
pub unsafe extern "C" fn rust_identities(ids: *const Text, size: usize, network: u32, length: u8) {
    let subnet = Subnet::new(Ipv4Addr::from(network), length).unwrap();
    for id in slice(ids, size) {
        black_box(identify(text(id), &subnet).unwrap());
    }
}

#[no_mangle]
pub unsafe extern "C" fn rust_format_macs(macs: *const [u8; 6], size: usize) {
    for mac in slice(macs, size) {
        black_box(format_mac(mac));
    }
}

#[no_mangle]
pub unsafe extern "C" fn rust_parse_addresses(texts: *const Text, size: usize) -> u64 {
    let mut sum = 0u64;
    for one in slice(texts, size) {
        sum += u64::from(u32::from(text(one).parse::<Ipv4Addr>().unwrap()));
    }
    sum
}

#[no_mangle]
pub unsafe extern "C" fn rust_parse_networks(texts: *const Text, size: usize) -> u64 {
    let mut sum = 0u64;
    for one in slice(texts, size) {
        let subnet = Subnet::parse(text(one)).unwrap();
        sum += u64::from(u32::from(subnet.network)) + u64::from(subnet.prefix_length);
    }
    sum
}

/// Formats into one buffer that is used again: what can be had without allocation.
#[no_mangle]
pub unsafe extern "C" fn rust_format_addresses(addresses: *const u32, size: usize) -> u64 {
    let mut buffer = String::with_capacity(16);
    let mut sum = 0u64;
    for address in slice(addresses, size) {
        buffer.clear();
        write!(buffer, "{}", Ipv4Addr::from(*address)).unwrap();
        sum += black_box(&buffer).len() as u64;
    }
    sum
}
