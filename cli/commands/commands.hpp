// The commands of the vmnet program. Each adds its subcommand to `app`, with a
// callback that runs it and leaves the exit status (vmnet.cli.report) in
// `exit_status`, which must outlive the parse.
//
// A header, because CLI11 comes as headers; every command's file includes it
// first and imports afterwards.
#pragma once

#include <CLI/CLI.hpp>

namespace vmnet::cli {

void add_aggregate(CLI::App& app, int& exit_status);
void add_carve(CLI::App& app, int& exit_status);
void add_identify(CLI::App& app, int& exit_status);
void add_net(CLI::App& app, int& exit_status);
void add_risk(CLI::App& app, int& exit_status);
void add_set(CLI::App& app, int& exit_status);
void add_size(CLI::App& app, int& exit_status);
void add_verify(CLI::App& app, int& exit_status);
void add_whois(CLI::App& app, int& exit_status);

}  // namespace vmnet::cli
