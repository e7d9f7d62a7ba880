// vmnet.cli.collision_report: what the search for collisions finds, on standard
// error.
export module vmnet.cli.collision_report;

import vmnet.std;

export import vmnet.cli.collisions;
export import vmnet.cli.progress;

export namespace vmnet::cli {

/// Writes what the check finds to standard error, in parts of 64 KiB. From the
/// first moment on `progress` says that collisions are looked for; it is taken
/// away when there is something to write, and not before, since a search can be
/// long and find nothing.
class collision_report final : public collision_sink {
 public:
  /// `progress` must outlive it.
  explicit collision_report(progress_bar& progress);

  void duplicate(const set_member& member, std::uint64_t count) override;
  void begin_collision(shared_field field, const vm_identity& identity) override;
  void collides(const set_member& member) override;
  void end_collision() override;

  /// Ends the report with the numbers; false where nothing was found.
  bool finish();

 private:
  void flush_if_large();
  void flush();

  progress_bar* progress_;
  std::string text_;
  shared_field field_{};         // of the collision that is being written
  bool is_first_member_ = true;  // of that
  std::uint64_t duplicates_ = 0;
  std::array<std::uint64_t, 3> collisions_{};  // by shared_field
};

}  // namespace vmnet::cli
