// HostTest: a machine, and after each test the accounts of all that ran on it.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>

#include "machine/machine.h"
#include "machine/object.h"
#include "machine/process.h"

namespace plumb::host {

using Account = std::map<std::string, uint64_t>;

class HostTest : public testing::Test {
 protected:
  Object& tracer(const std::string& name) {
    return objects_.emplace_back(machine, name, static_cast<uint16_t>(objects_.size()));
  }
  void TearDown() override {
    for (const Object& object : objects_) object.expect_balanced();
  }

  Machine machine;

 private:
  std::deque<Object> objects_;
};

}  // namespace plumb::host
