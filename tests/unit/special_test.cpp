#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

import vmnet.special;

namespace {

using namespace vmnet::literals;
using vmnet::address_class;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::registry_fact;
using vmnet::special_block;
using vmnet::special_blocks;

TEST(SpecialBlocks, AreAllRowsOfTheRegistry) { EXPECT_EQ(special_blocks.size(), 26U); }

TEST(SpecialBlocks, AreSortedWithSupernetsFirst) {
  EXPECT_TRUE(std::is_sorted(
      special_blocks.begin(), special_blocks.end(),
      [](const special_block& a, const special_block& b) { return a.network < b.network; }));
}

std::string_view word(registry_fact fact) {
  switch (fact) {
    case registry_fact::no:
      return "no";
    case registry_fact::yes:
      return "yes";
    case registry_fact::not_applicable:
      break;
  }
  return "-";
}

std::string table_row(const special_block& block) {
  std::string out = "| " + block.network.to_string();
  for (const std::string_view cell :
       {block.name, block.rfc, block.allocated, block.terminated.empty() ? "-" : block.terminated,
        word(block.source), word(block.destination), word(block.forwardable),
        word(block.globally_reachable), word(block.reserved_by_protocol)}) {
    out += " | ";
    out += cell;
  }
  return out + " |\n";
}

TEST(SpecialBlocks, AreTheTableOfTheDocumentation) {
  std::ifstream file(VMNET_TEST_DOCS "/special-purpose.md");
  ASSERT_TRUE(file);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::string table;
  for (const special_block& block : special_blocks) table += table_row(block);
  EXPECT_NE(text.find("---: |\n" + table + "\n"), std::string::npos) << "expected\n" << table;
}

TEST(SpecialBlockOf, IsTheMostSpecificRow) {
  EXPECT_EQ(special_block_of("192.0.0.9"_ipv4)->rfc, "RFC 7723");
  EXPECT_EQ(special_block_of("192.0.0.7"_ipv4)->rfc, "RFC 7335");
  EXPECT_EQ(special_block_of("192.0.0.11"_ipv4)->rfc, "RFC 6890, section 2.1");
  EXPECT_EQ(special_block_of("0.0.0.0"_ipv4)->rfc, "RFC 1122, section 3.2.1.3");
  EXPECT_EQ(special_block_of("0.0.0.1"_ipv4)->rfc, "RFC 791, section 3.2");
  EXPECT_EQ(special_block_of("255.255.255.255"_ipv4)->name, "Limited Broadcast");
  EXPECT_EQ(special_block_of("10.1.0.0/16"_ipv4_net)->name, "Private-Use");
  EXPECT_EQ(special_block_of("10.0.0.0/7"_ipv4_net), nullptr);
  EXPECT_EQ(special_block_of("8.8.8.8"_ipv4), nullptr);
}

TEST(Classify, KnowsEveryKindAtItsEdges) {
  struct edge {
    ipv4_network network;
    address_class kind;
  };
  const edge edges[] = {
      {"0.0.0.0/8"_ipv4_net, address_class::this_network},
      {"10.0.0.0/8"_ipv4_net, address_class::private_use},
      {"100.64.0.0/10"_ipv4_net, address_class::shared},
      {"127.0.0.0/8"_ipv4_net, address_class::loopback},
      {"169.254.0.0/16"_ipv4_net, address_class::link_local},
      {"172.16.0.0/12"_ipv4_net, address_class::private_use},
      {"192.0.0.0/24"_ipv4_net, address_class::protocol_assignments},
      {"192.0.2.0/24"_ipv4_net, address_class::documentation},
      {"192.31.196.0/24"_ipv4_net, address_class::anycast_service},
      {"192.88.99.0/24"_ipv4_net, address_class::anycast_service},
      {"192.168.0.0/16"_ipv4_net, address_class::private_use},
      {"198.18.0.0/15"_ipv4_net, address_class::benchmarking},
      {"224.0.0.0/4"_ipv4_net, address_class::multicast},
  };
  for (const auto& [network, kind] : edges) {
    EXPECT_EQ(classify(network), kind) << network.to_string();
    EXPECT_EQ(classify(network.network()), kind) << network.to_string();
    EXPECT_EQ(classify(network.broadcast()), kind) << network.to_string();
  }
  EXPECT_EQ(classify("240.0.0.0"_ipv4), address_class::reserved);
  EXPECT_EQ(classify("255.255.255.254"_ipv4), address_class::reserved);
  EXPECT_EQ(classify("255.255.255.255"_ipv4), address_class::limited_broadcast);
  for (const auto address : {"9.255.255.255"_ipv4, "11.0.0.0"_ipv4, "100.63.255.255"_ipv4,
                             "100.128.0.0"_ipv4, "172.32.0.0"_ipv4, "223.255.255.255"_ipv4})
    EXPECT_EQ(classify(address), address_class::global_unicast) << address.to_string();
}

TEST(Classify, OfANetworkWithSeveralKindsIsMixed) {
  for (const auto network : {"0.0.0.0/0"_ipv4_net, "10.0.0.0/7"_ipv4_net, "240.0.0.0/4"_ipv4_net,
                             "224.0.0.0/3"_ipv4_net, "192.0.0.0/16"_ipv4_net})
    EXPECT_EQ(classify(network), address_class::mixed) << network.to_string();
  EXPECT_EQ(classify("8.0.0.0/8"_ipv4_net), address_class::global_unicast);
}

TEST(IsGloballyReachable, GoesByTheMostSpecificRow) {
  EXPECT_TRUE(is_globally_reachable("192.0.0.9"_ipv4));
  EXPECT_TRUE(is_globally_reachable("192.0.0.10/32"_ipv4_net));
  EXPECT_TRUE(is_globally_reachable("192.31.196.0/24"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("192.0.0.8"_ipv4));
  EXPECT_FALSE(is_globally_reachable("192.0.0.8/30"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("192.0.0.170"_ipv4));
  EXPECT_FALSE(is_globally_reachable("192.88.99.1"_ipv4));
  EXPECT_FALSE(is_globally_reachable("192.88.99.2"_ipv4));
}

TEST(IsGloballyReachable, IsSoOutsideEveryRow) {
  EXPECT_TRUE(is_globally_reachable("8.8.8.8"_ipv4));
  EXPECT_TRUE(is_globally_reachable("8.0.0.0/8"_ipv4_net));
  EXPECT_TRUE(is_globally_reachable("192.31.196.0/23"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("0.0.0.0/0"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("192.0.0.0/16"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("224.0.0.1"_ipv4));
  EXPECT_FALSE(is_globally_reachable("255.255.255.255"_ipv4));
}

TEST(SharedAddressSpace, IsNeitherPrivateNorGlobal) {
  EXPECT_TRUE(is_shared("100.64.0.1"_ipv4) && is_shared("100.64.0.0/10"_ipv4_net));
  EXPECT_FALSE(is_private("100.64.0.1"_ipv4) || is_private("100.64.0.0/10"_ipv4_net));
  EXPECT_FALSE(is_globally_reachable("100.64.0.1"_ipv4));
  EXPECT_FALSE(is_globally_reachable("100.64.0.0/10"_ipv4_net));
  EXPECT_FALSE(is_shared("100.0.0.0/8"_ipv4_net));
}

struct predicate {
  address_class kind;
  bool (*of_address)(ipv4_address) noexcept;
  bool (*of_network)(ipv4_network) noexcept;
};

TEST(SpecialPredicates, AgreeWithClassify) {
  using namespace vmnet;
  constexpr predicate predicates[] = {
      {address_class::private_use, is_private, is_private},
      {address_class::shared, is_shared, is_shared},
      {address_class::loopback, is_loopback, is_loopback},
      {address_class::link_local, is_link_local, is_link_local},
      {address_class::documentation, is_documentation, is_documentation},
      {address_class::benchmarking, is_benchmarking, is_benchmarking},
      {address_class::multicast, is_multicast, is_multicast},
      {address_class::reserved, is_reserved, is_reserved},
  };
  auto networks = std::vector{"8.0.0.0/8"_ipv4_net, "224.0.0.0/4"_ipv4_net, "0.0.0.0/0"_ipv4_net};
  for (const special_block& block : special_blocks) networks.push_back(block.network);
  for (const ipv4_network network : networks)
    for (const auto& [kind, of_address, of_network] : predicates) {
      SCOPED_TRACE(network.to_string() + ", " + std::string(to_string(kind)));
      EXPECT_EQ(of_network(network), classify(network) == kind);
      EXPECT_EQ(of_address(network.network()), classify(network.network()) == kind);
      EXPECT_EQ(of_address(network.broadcast()), classify(network.broadcast()) == kind);
    }
}

TEST(SpecialPredicates, HoldInTheirBlocks) {
  EXPECT_TRUE(is_private("10.0.0.1"_ipv4) && is_private("192.168.0.0/16"_ipv4_net));
  EXPECT_TRUE(is_loopback("127.0.0.1"_ipv4) && is_loopback("127.0.0.0/8"_ipv4_net));
  EXPECT_TRUE(is_link_local("169.254.1.1"_ipv4) && is_link_local("169.254.0.0/17"_ipv4_net));
  EXPECT_TRUE(is_documentation("203.0.113.9"_ipv4) && is_documentation("192.0.2.0/24"_ipv4_net));
  EXPECT_TRUE(is_benchmarking("198.19.255.255"_ipv4) && is_benchmarking("198.18.0.0/15"_ipv4_net));
  EXPECT_TRUE(is_multicast("239.255.255.255"_ipv4) && is_multicast("224.0.0.0/4"_ipv4_net));
  EXPECT_TRUE(is_reserved("240.0.0.0"_ipv4) && is_reserved("248.0.0.0/8"_ipv4_net));
  EXPECT_FALSE(is_reserved("255.255.255.255"_ipv4));
  EXPECT_TRUE(is_limited_broadcast("255.255.255.255"_ipv4));
  EXPECT_FALSE(is_limited_broadcast("255.255.255.254"_ipv4));
}

TEST(Describe, TellsTheRowAndItsRfc) {
  EXPECT_EQ(describe("10.0.0.1"_ipv4),
            "10.0.0.1 is private use: 10.0.0.0/8, Private-Use (RFC 1918), not globally reachable");
  EXPECT_EQ(describe("192.0.0.9"_ipv4),
            "192.0.0.9 is IETF protocol assignments: 192.0.0.9/32, Port Control Protocol Anycast "
            "(RFC 7723), globally reachable");
  EXPECT_EQ(describe("8.8.8.8"_ipv4), "8.8.8.8 is global unicast");
  EXPECT_EQ(describe("224.0.0.0/24"_ipv4_net), "224.0.0.0/24 is multicast: 224.0.0.0/4 (RFC 5771)");
}

TEST(Describe, ListsTheBlocksOfAMixedNetwork) {
  EXPECT_EQ(describe("10.0.0.0/7"_ipv4_net),
            "10.0.0.0/7 is mixed: 10.0.0.0/8, Private-Use (RFC 1918), not globally reachable");
  EXPECT_EQ(describe("224.0.0.0/3"_ipv4_net),
            "224.0.0.0/3 is mixed: 224.0.0.0/4, Multicast (RFC 5771); 240.0.0.0/4, Reserved (RFC "
            "1112, section 4), not globally reachable; 255.255.255.255/32, Limited Broadcast (RFC "
            "8190; RFC 919, section 7), not globally reachable");
}

TEST(AddressClass, HasAName) {
  EXPECT_EQ(to_string(address_class::global_unicast), "global unicast");
  EXPECT_EQ(to_string(address_class::mixed), "mixed");
  EXPECT_EQ(to_string(static_cast<address_class>(99)), "unknown");
}

}  // namespace
