// Go's net/netip as a peer of the benchmarks, behind a C interface.
package main

/*
#include <stddef.h>
#include <stdint.h>
typedef struct { const char* data; size_t size; } peer_text;
*/
import "C"

import (
	"encoding/binary"
	"net/netip"
	"unsafe"
)

// stringOf shares the memory, as a Go program's own strings would be there already.
func stringOf(text C.peer_text) string {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(text.data)), int(text.size))
	return *(*string)(unsafe.Pointer(&bytes))
}

func number(address netip.Addr) uint64 {
	octets := address.As4()
	return uint64(binary.BigEndian.Uint32(octets[:]))
}

//export go_parse_addresses
func go_parse_addresses(texts *C.peer_text, size C.size_t) C.uint64_t {
	sum := uint64(0)
	for _, text := range unsafe.Slice(texts, int(size)) {
		sum += number(netip.MustParseAddr(stringOf(text)))
	}
	return C.uint64_t(sum)
}

//export go_parse_networks
func go_parse_networks(texts *C.peer_text, size C.size_t) C.uint64_t {
	sum := uint64(0)
	for _, text := range unsafe.Slice(texts, int(size)) {
		prefix := netip.MustParsePrefix(stringOf(text)).Masked()
		sum += number(prefix.Addr()) + uint64(prefix.Bits())
	}
	return C.uint64_t(sum)
}

func main() {}
