// The peer of `vmnet identify --no-check --format tsv --ids -`: ids of standard
// input, a line each, to the same columns on standard output. The scheme is
// written as Rust programs write it, with owned strings and the formatter of the
// standard library; input and output are buffered, and no line allocates for
// being read.
//
//     rustc -O --edition 2021 identify.rs && ./identify 172.30.0.0/24 < ids > rows
use std::io::{self, BufRead, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

#[derive(Clone, Copy)]
struct Subnet {
    network: u32,
    prefix_length: u32,
}

impl Subnet {
    fn parse(text: &str) -> Option<Subnet> {
        let (address, length) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let prefix_length: u32 = length.parse().ok()?;
        let host_bits = 32u32.checked_sub(prefix_length)?;
        let mask = (u64::from(u32::MAX) << host_bits) as u32;
        Some(Subnet { network: u32::from(address) & mask, prefix_length })
    }
}

fn fnv1a_64(id: &[u8]) -> u64 {
    id.iter().fold(OFFSET_BASIS, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

fn short_hash(id: &[u8]) -> String {
    let hex = format!("{:016x}", fnv1a_64(id));
    hex[..8].to_string()
}

fn tap_name(id: &[u8]) -> String {
    format!("tap-{}", short_hash(id))
}

fn guest_ip(id: &[u8], subnet: Subnet) -> Ipv4Addr {
    let addresses = 1u64 << (32 - subnet.prefix_length);
    let offset = fnv1a_64(id) % (addresses - 3) + 2;
    Ipv4Addr::from(subnet.network + offset as u32)
}

fn gateway(subnet: Subnet) -> Ipv4Addr {
    Ipv4Addr::from(subnet.network + 1)
}

fn mac(id: &[u8]) -> [u8; 6] {
    let bytes = fnv1a_64(id).to_be_bytes();
    [0x02, bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
}

fn format_mac(mac: &[u8; 6]) -> String {
    format!(
        "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
        mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]
    )
}

fn run(subnet: Subnet) -> io::Result<()> {
    let mut input = io::BufReader::with_capacity(256 << 10, io::stdin().lock());
    // The lock alone would flush at every newline.
    let mut output = io::BufWriter::with_capacity(256 << 10, io::stdout().lock());
    let network = Ipv4Addr::from(subnet.network);
    writeln!(output, "id\ttap_name\tguest_ip\tgateway\tsubnet\tmac")?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        output.write_all(&line)?;
        writeln!(
            output,
            "\t{}\t{}\t{}\t{}/{}\t{}",
            tap_name(&line),
            guest_ip(&line, subnet),
            gateway(subnet),
            network,
            subnet.prefix_length,
            format_mac(&mac(&line))
        )?;
    }
    output.flush()
}

fn main() -> ExitCode {
    let subnet = std::env::args().nth(1).and_then(|text| Subnet::parse(&text));
    let Some(subnet) = subnet.filter(|subnet| subnet.prefix_length <= 30) else {
        eprintln!("usage: identify CIDR < IDS (a /30 or larger)");
        return ExitCode::from(2);
    };
    match run(subnet) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("identify: {error}");
            ExitCode::from(3)
        }
    }
}
