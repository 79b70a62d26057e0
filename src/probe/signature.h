// The types of a probe's signature, and errors that point into the text of a probe.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/caret.h"
#include "base/result.h"
#include "probe/spec.h"

namespace plumb::probe {

struct Written {
  std::string_view text;

  std::string_view at(Stretch stretch) const {
    return text.substr(stretch.begin, stretch.end - stretch.begin);
  }
  // Without the blanks at both ends.
  Stretch trimmed(Stretch stretch) const;
  Fail complain(Stretch stretch, const std::string& what, std::string hint = {}) const;
};

// What stands between the parentheses.
Result<std::vector<Parameter>> parse_parameters(const Written& written, Stretch stretch);
// What stands behind the arrow: a type without a name.
Result<Parameter> parse_result(const Written& written, Stretch stretch);

}  // namespace plumb::probe
