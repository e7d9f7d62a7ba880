// vmnet.cli.collisions: which ids of a set get the same TAP name, the same MAC
// or the same address within a subnet.
//
// Memory is the point: ten million ids have to fit. Beside its bytes an id
// costs an entry of 24 bytes, 1 byte for the deque's blocks of 21 entries and
// its table of them, and a length of 1 byte (2 from 128 bytes on): 27 bytes, and
// no more at the end, since the entries are sorted in place. A vector would hold
// its old and its new memory whenever it grows, 72 bytes an id at the worst; a
// hash table needs twice the entries.
export module vmnet.cli.collisions;

import vmnet.std;

export import vmnet.alloc;

export namespace vmnet::cli {

/// What two ids can share.
enum class shared_field : std::uint8_t { tap_name, mac, guest_ip };

/// An id of the set with its subnet.
struct set_member {
  std::string_view id;
  ipv4_network subnet;
};

/// Takes what the check finds.
class collision_sink {
 public:
  collision_sink() = default;
  collision_sink(const collision_sink&) = delete;
  collision_sink& operator=(const collision_sink&) = delete;
  virtual ~collision_sink() = default;

  /// The same id with the same subnet was there `count` times.
  virtual void duplicate(const set_member& member, std::uint64_t count) = 0;
  /// Two or more ids share `field`, whose value is that of `identity`. They follow
  /// one by one, in the order of the input: all ids of a set may share an address.
  virtual void begin_collision(shared_field field, const vm_identity& identity) = 0;
  virtual void collides(const set_member& member) = 0;
  virtual void end_collision() = 0;
};

/// A set of ids to be checked.
class collision_check {
 public:
  /// Takes in an id; `identity` is what `identify` gave for it.
  void add(std::string_view id, const vm_identity& identity);

  /// Reports duplicates, then collisions of TAP names, MACs and addresses.
  /// Duplicates count once in a collision. The set is spent afterwards.
  /// O(n log n) time, no memory.
  void run(collision_sink& sink);

 private:
  struct entry {
    std::uint64_t digest;
    std::uint64_t place : 58;  // of the id: block and offset, ascending with the input
    std::uint64_t prefix_length : 6;
    std::uint32_t network;
    std::uint32_t guest_ip;
  };
  static_assert(sizeof(entry) == 24);

  std::uint64_t store(std::string_view id);
  [[nodiscard]] std::string_view id_of(const entry& of) const noexcept;
  [[nodiscard]] set_member member_of(const entry& of) const;
  void drop_duplicates(collision_sink& sink);
  void report_groups(shared_field field, collision_sink& sink);

  std::vector<std::unique_ptr<char[]>> id_blocks_;
  std::size_t id_block_used_ = 0;
  std::deque<entry> entries_;
};

}  // namespace vmnet::cli
