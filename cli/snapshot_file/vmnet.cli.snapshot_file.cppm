// vmnet.cli.snapshot_file: the snapshot of a pool in a file.
export module vmnet.cli.snapshot_file;

import vmnet.std;

export import vmnet.pool;

export namespace vmnet::cli {

/// Restores the pool whose snapshot is in the file at `path` (`-` is standard
/// input). `exit_good`, or the status of a fault that has been reported; then
/// `into` is as it was.
[[nodiscard]] int read_snapshot(const std::string& path, std::optional<pool>& into);

}  // namespace vmnet::cli
