// vmnet: the whole library under one name. No code here, only re-exports.
export module vmnet;

export import vmnet.alloc;
export import vmnet.free_map;
export import vmnet.hash;
export import vmnet.interface_name;
export import vmnet.ipset;
export import vmnet.ipv4;
export import vmnet.isa;
export import vmnet.mac;
export import vmnet.plan;
export import vmnet.pool;
export import vmnet.probe;
export import vmnet.result;
export import vmnet.siphash;
export import vmnet.special;
export import vmnet.text;
