// Gives a probe on functions the arguments and the result that debug information tells, where no
// signature does, and its sites the places of all of them.
#pragma once
#include <optional>
#include <string>

#include "probe/bytes.h"
#include "probe/declared.h"
#include "probe/user_probe.h"

namespace plumb::probe {

class Declarations {
 public:
  Declarations(const Spec& spec, UserProbe& probe);

  // Asks for the sites that were found in a file; once for each file. `symbols` is what was taken
  // from it, if there is such a file.
  void look_at(const Bytes& bytes, const ProbedFile& file, const std::optional<OpenFile>& symbols);

  // Tells the probe, if all functions are declared alike, and all its sites; remarks say what is
  // not told.
  void settle();
  // The sites of a file that was found later, of which the probe is as it is: of a function that is
  // declared otherwise no values are told.
  void settle(ProbedFile& file);

 private:
  Result<> ask(const Bytes& bytes, const ProbedFile& file, const std::optional<OpenFile>& symbols);
  void take(std::optional<Declared> declared);
  std::string why_not() const;
  void give_places(ProbedFile& file) const;

  const Spec& spec_;
  UserProbe& probe_;
  bool wants_parameters_ = false;
  bool wants_result_ = false;
  std::optional<Declared> first_;
  bool is_first_ = true;  // nothing was asked yet
  bool differ_ = false;
  std::string failure_;  // why nothing could be asked
};

}  // namespace plumb::probe
