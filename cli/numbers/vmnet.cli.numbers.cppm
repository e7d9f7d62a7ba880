// vmnet.cli.numbers: numbers for people. JSON gets them raw.
export module vmnet.cli.numbers;

import vmnet.std;

export namespace vmnet::cli {

/// `value` with a comma between thousands: "4,294,967,296".
[[nodiscard]] std::string grouped(std::uint64_t value);

/// `grouped` with a noun: "1 VM", "2,000 VMs".
[[nodiscard]] std::string counted(std::uint64_t value, std::string_view one, std::string_view many);

/// An expected number, 0 or more, to three digits: "0.0233", "12.5", "9,998,836".
[[nodiscard]] std::string amount(double value);

/// A probability in per cent to three digits: "1.16 %", "9.09e-11 %". Only 0 is
/// shown as "0 %", and only 1 as "100 %": what is nearly certain is "> 99.9 %".
[[nodiscard]] std::string percent(double probability);

}  // namespace vmnet::cli
