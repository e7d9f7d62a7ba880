module;
#include <unistd.h>

module vmnet.cli.collision_report;

import vmnet.cli.escape;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr std::size_t part_size = std::size_t{64} << 10U;

}  // namespace

collision_report::collision_report(progress_bar& progress) : progress_(&progress) {
  progress.say("looking for collisions");
}

void collision_report::duplicate(const set_member& member, std::uint64_t count) {
  ++duplicates_;
  text_ += "vmnet: duplicate: " + shown_id(member.id) + " in " + to_string(member.subnet) +
           " is there " + std::to_string(count) + " times\n";
  flush_if_large();
}

void collision_report::begin_collision(shared_field field, const vm_identity& identity) {
  ++collisions_[static_cast<std::size_t>(field)];
  text_ += "vmnet: collision: ";
  switch (field) {
    case shared_field::tap_name:
      text_ += "tap_name " + to_string(identity.tap_name);
      break;
    case shared_field::mac:
      text_ += "mac " + to_string(identity.mac);
      break;
    case shared_field::guest_ip:
      text_ += "guest_ip " + to_string(identity.guest_ip) + " in " + to_string(identity.subnet);
      break;
  }
  field_ = field;
  is_first_member_ = true;
}

void collision_report::collides(const set_member& member) {
  text_ += is_first_member_ ? ": " : ", ";
  is_first_member_ = false;
  text_ += shown_id(member.id);
  // Where the subnet is not said yet, the same id may stand here twice.
  if (field_ != shared_field::guest_ip) text_ += " (" + to_string(member.subnet) + ")";
  flush_if_large();
}

void collision_report::end_collision() { text_ += '\n'; }

bool collision_report::finish() {
  const std::uint64_t total = collisions_[0] + collisions_[1] + collisions_[2];
  if (total + duplicates_ > 0)
    text_ += "vmnet: " + std::to_string(total) + (total == 1 ? " collision (" : " collisions (") +
             std::to_string(collisions_[0]) + " tap_name, " + std::to_string(collisions_[1]) +
             " mac, " + std::to_string(collisions_[2]) + " guest_ip), " +
             std::to_string(duplicates_) + (duplicates_ == 1 ? " duplicate\n" : " duplicates\n");
  flush();
  return total + duplicates_ > 0;
}

void collision_report::flush_if_large() {
  if (text_.size() > part_size) flush();
}

void collision_report::flush() {
  progress_->clear();
  static_cast<void>(write_all(STDERR_FILENO, text_));
  text_.clear();
}

}  // namespace vmnet::cli
