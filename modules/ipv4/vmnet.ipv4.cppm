// vmnet.ipv4: IPv4 addresses, networks and ranges under one name. No code here,
// only re-exports: the parts are modules of their own, so that each file can be
// read and importers of one are not rebuilt for another (docs/adr/0007-ipv4-in-parts.md).
export module vmnet.ipv4;

export import vmnet.ipv4_address;
export import vmnet.ipv4_network;
export import vmnet.ipv4_range;
