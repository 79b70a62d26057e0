#include "query/kernel_part.h"

#include "query/decision.h"

namespace plumb::query {
namespace {

using schema::Field;
using Subject = Comparison::Subject;
using Test = Comparison::Test;

struct Bytes {
  std::string value;
  std::string mask;
};

class Translation {
 public:
  Translation(const schema::Event& event, const Limits& limits) : event_(event), limits_(limits) {}

  Decision of(const Node& node, bool negated) const {
    if (node.kind == Node::Kind::comparison) return of(node.comparison, negated);
    if (node.kind == Node::Kind::negation) return of(node.parts.front(), !negated);
    std::vector<Decision> parts;
    for (const Node& part : node.parts) parts.push_back(of(part, negated));
    const bool is_all = (node.kind == Node::Kind::all) != negated;
    return Decision::join(is_all ? Decision::Kind::all : Decision::Kind::any, std::move(parts));
  }

 private:
  Decision of(const Comparison& comparison, bool turned) const {
    const bool negated = comparison.negated != turned;
    std::vector<Decision> parts;
    for (const Value& value : comparison.values) parts.push_back(of(comparison, value, negated));
    return Decision::join(negated ? Decision::Kind::all : Decision::Kind::any, std::move(parts));
  }

  Decision of(const Comparison& comparison, const Value& value, bool negated) const {
    switch (comparison.subject) {
      case Subject::number:
        return number(comparison, value, negated);
      case Subject::address:
        return address(*comparison.field, value, negated);
      case Subject::text:
        return text(comparison, value.text, negated);
      case Subject::name:
        break;
    }
    return Decision::undecided();
  }

  static Decision number(const Comparison& comparison, const Value& value, bool negated) {
    Leaf leaf;
    leaf.field = comparison.field;
    leaf.value = value.number;
    leaf.op = comparison.test == Test::less      ? Leaf::Op::less
              : comparison.test == Test::at_most ? Leaf::Op::at_most
                                                 : Leaf::Op::equal;
    return Decision::of(std::move(leaf), negated);
  }

  Decision address(const Field& field, const Value& value, bool negated) const {
    const auto* bytes = reinterpret_cast<const char*>(value.address.data());
    const auto* mask = reinterpret_cast<const char*>(value.mask.data());
    return words(field, Leaf::Place::field, {{bytes, sizeof(Address)}, {mask, sizeof(Address)}},
                 false, negated);
  }

  Decision text(const Comparison& comparison, const std::string& wanted, bool negated) const {
    const Field& field = *comparison.field;
    const bool is_equal = comparison.test == Test::equal;
    const bool is_start = comparison.test == Test::starts;
    const bool is_end = comparison.test == Test::ends;
    if (!is_equal && comparison.test != Test::regex && wanted.empty())
      return Decision::constant(!negated);
    Bytes bytes{wanted, std::string(wanted.size(), '\xff')};
    if (field.kind == schema::Kind::tail_text && (is_equal || is_start || is_end))
      return words(field, is_end ? Leaf::Place::tail_end : Leaf::Place::tail_start, bytes, is_equal,
                   negated);
    if (field.kind != schema::Kind::text || (!is_equal && !is_start)) return Decision::undecided();
    if (wanted.size() > field.size) return Decision::constant(negated);
    if (is_equal && wanted.size() < field.size) {  // the NUL that ends it
      bytes.value += '\0';
      bytes.mask += '\xff';
    }
    return words(field, Leaf::Place::field, bytes, is_equal, negated);
  }

  Decision words(const Field& field, Leaf::Place place, const Bytes& bytes, bool exact_length,
                 bool negated) const {
    const size_t count = (bytes.value.size() + 7) / 8;
    if (count > limits_.words) return Decision::undecided();
    // An event lies on the BPF stack, where the verifier demands aligned reads inside of it.
    if (place == Leaf::Place::field &&
        (field.offset % 8 != 0 || field.offset + count * 8 > event_.size))
      return Decision::undecided();
    Leaf leaf;
    leaf.op = Leaf::Op::words;
    leaf.place = place;
    leaf.field = &field;
    leaf.length = static_cast<uint16_t>(bytes.value.size());
    leaf.exact_length = exact_length;
    leaf.words = words_of(bytes.value, count);
    leaf.masks = words_of(bytes.mask, count);
    return Decision::of(std::move(leaf), negated);
  }

  static std::vector<uint64_t> words_of(const std::string& bytes, size_t count) {
    std::vector<uint64_t> words(count);
    for (size_t i = 0; i < bytes.size(); i++)
      words[i / 8] |= uint64_t{static_cast<uint8_t>(bytes[i])} << (i % 8 * 8);
    return words;
  }

  const schema::Event& event_;
  const Limits& limits_;
};

}  // namespace

KernelPart kernel_part(const Where& where, const schema::Event& event, const Limits& limits) {
  const Translation translation(event, limits);
  const Node& root = where.root();
  const bool is_all = root.kind == Node::Kind::all;
  std::vector<Decision> conjuncts;
  KernelPart part;
  size_t left = limits.leaves;
  for (size_t i = 0; i < (is_all ? root.parts.size() : 1); i++) {
    const Node& node = is_all ? root.parts[i] : root;
    conjuncts.push_back(translation.of(node, false).within(left));
    left -= conjuncts.back().leaves();
    if (conjuncts.back().exact) continue;
    part.rest += (part.rest.empty() ? "" : " && ") + std::string(where.text_at(node.span));
  }
  const Decision whole = Decision::join(Decision::Kind::all, std::move(conjuncts));
  part.exact = whole.exact;
  if (part.exact) part.rest.clear();
  part.leaves = list_of(whole, event.fields.front());
  return part;
}

}  // namespace plumb::query
