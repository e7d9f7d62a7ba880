// vmnet.cli.commands: the commands of the vmnet program, one file each. Each adds
// itself to the program, with its options and what it runs.
export module vmnet.cli.commands;

export import vmnet.cli.command_line;

export namespace vmnet::cli {

void add_aggregate(command_line& program);
void add_carve(command_line& program);
void add_check(command_line& program);
void add_diff(command_line& program);
void add_emit(command_line& program);
void add_identify(command_line& program);
void add_map(command_line& program);
void add_net(command_line& program);
void add_plan(command_line& program);
void add_risk(command_line& program);
void add_set(command_line& program);
void add_size(command_line& program);
void add_verify(command_line& program);
void add_whois(command_line& program);

}  // namespace vmnet::cli
