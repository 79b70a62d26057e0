#include "render/json_shape.h"

#include <string_view>

#include "render/json_text.h"

namespace plumb::render {
namespace {

struct Member {
  std::string_view path;  // what is left of it at this depth
  const schema::Field* field;
  size_t index;
};

class Shaper {
 public:
  Shape take() && {
    shape_.after = std::move(pending_);
    return std::move(shape_);
  }

  void object(const std::vector<Member>& members, bool comma) {
    std::vector<bool> done(members.size());
    for (size_t i = 0; i < members.size(); i++) {
      if (done[i]) continue;
      if (comma) pending_ += ',';
      comma = true;
      const size_t dot = members[i].path.find('.');
      if (dot == std::string_view::npos)
        leaf(members[i]);
      else
        nested(members, i, members[i].path.substr(0, dot), done);
    }
  }

 private:
  void leaf(const Member& member) {
    const std::string key = member.field->json_leaf();
    pending_ += json_quoted(key) + ":";
    shape_.steps.push_back({std::move(pending_), "," + json_quoted(key + "_cut") + ":",
                            "," + json_quoted(key + "_escaped") + ":true", member.field,
                            member.index});
    pending_.clear();
  }

  void nested(const std::vector<Member>& members, size_t first, std::string_view name,
              std::vector<bool>& done) {
    std::vector<Member> inner;
    const std::string prefix = std::string(name) + ".";
    for (size_t i = first; i < members.size(); i++) {
      if (!members[i].path.starts_with(prefix)) continue;
      done[i] = true;
      inner.push_back({members[i].path.substr(prefix.size()), members[i].field, members[i].index});
    }
    pending_ += json_quoted(name) + ":{";
    object(inner, false);
    pending_ += '}';
  }

  Shape shape_;
  std::string pending_;
};

}  // namespace

void write_step(Output& output, const Step& step, const schema::Record& record,
                schema::Names& names, Moments& moments) {
  output.append(step.before);
  if (json_value(output, *step.field, record, names, moments)) output.append(step.spelled_out);
}

Shape shape_of(const std::vector<const schema::Field*>& fields, bool leading_comma) {
  std::vector<Member> members;
  for (size_t i = 0; i < fields.size(); i++) {
    // whoever a stack is of, it is found in one place
    const bool is_stack = fields[i]->format == schema::Format::stack;
    members.push_back({is_stack ? fields[i]->leaf() : fields[i]->path, fields[i], i});
  }
  Shaper shaper;
  shaper.object(members, leading_comma);
  return std::move(shaper).take();
}

}  // namespace plumb::render
