module;
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

module vmnet.cli.json;

namespace vmnet::cli {

struct json::node {
  nlohmann::ordered_json value;
};

json::json() : node_(std::make_unique<node>()) {}
json::json(std::string_view text) : node_(new node{text}) {}
json::json(bool value) : node_(new node{value}) {}
json::json(double value) : node_(new node{value}) {}
json::json(std::uint64_t value) : node_(new node{value}) {}
json::json(std::int64_t value) : node_(new node{value}) {}

json::json(const json& other) : node_(std::make_unique<node>(*other.node_)) {}
json::json(json&& other) noexcept = default;
json& json::operator=(json other) noexcept {
  node_ = std::move(other.node_);
  return *this;
}
json::~json() = default;

json json::array(std::initializer_list<json> elements) {
  json made;
  made.node_->value = nlohmann::ordered_json::array();
  for (const json& element : elements) made.push_back(element);
  return made;
}

json json::object() {
  json made;
  made.node_->value = nlohmann::ordered_json::object();
  return made;
}

json& json::set(std::string_view key, json value) {
  node_->value[std::string(key)] = std::move(value.node_->value);
  return *this;
}

void json::push_back(json element) { node_->value.push_back(std::move(element.node_->value)); }

std::string json::dump() const { return node_->value.dump(-1, ' ', true); }

}  // namespace vmnet::cli
