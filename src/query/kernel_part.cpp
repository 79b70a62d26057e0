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
  Translation(const Where& where, const schema::Event& event, const Limits& limits,
              schema::Names* names)
      : where_(where), event_(event), limits_(limits), names_(names) {}

  // The comparisons that were translated; whether the kernel makes them is not settled yet.
  std::vector<Placed> comparisons;

  // The comparisons from `first` on need more leaves than are left.
  void crowd_out(size_t first, size_t left) {
    for (size_t i = first; i < comparisons.size(); i++)
      if (comparisons[i].why_not.empty())
        comparisons[i].why_not = "the kernel makes at most " + std::to_string(limits_.leaves) +
                                 ", of which " + std::to_string(left) + " are left";
  }

  Decision of(const Node& node, bool negated) {
    if (node.kind == Node::Kind::comparison) {
      comparisons.push_back({std::string(where_.text_at(node.comparison.span)), false, {}});
      Decision decision = of(node.comparison, negated);
      return decision;
    }
    if (node.kind == Node::Kind::negation) return of(node.parts.front(), !negated);
    std::vector<Decision> parts;
    for (const Node& part : node.parts) parts.push_back(of(part, negated));
    const bool is_all = (node.kind == Node::Kind::all) != negated;
    return Decision::join(is_all ? Decision::Kind::all : Decision::Kind::any, std::move(parts));
  }

 private:
  Decision of(const Comparison& comparison, bool turned) {
    const bool negated = comparison.negated != turned;
    std::vector<Decision> parts;
    for (const Value& value : comparison.values) parts.push_back(of(comparison, value, negated));
    return Decision::join(negated ? Decision::Kind::all : Decision::Kind::any, std::move(parts));
  }

  Decision undecided(std::string why) {
    comparisons.back().why_not = std::move(why);
    return Decision::undecided();
  }

  Decision of(Leaf leaf, bool negated) const {
    leaf.comparison = comparisons.size() - 1;
    return Decision::of(std::move(leaf), negated);
  }

  Decision of(const Comparison& comparison, const Value& value, bool negated) {
    switch (comparison.subject) {
      case Subject::number:
        // with its file's path (bpf/host_view.bpf.h), after the kernel's first look at the event
        if (comparison.field->format == schema::Format::device)
          return undecided("the kernel reads it with the path");
        return number(comparison, value, negated);
      case Subject::address:
        return address(*comparison.field, value, negated);
      case Subject::text:
        return text(comparison, value.text, negated);
      case Subject::name:
        break;
    }
    return name(comparison, value.text, negated);
  }

  // As the numbers that have it.
  Decision name(const Comparison& comparison, const std::string& wanted, bool negated) {
    std::vector<uint64_t> numbers;
    if (names_ && comparison.test == Test::equal)
      numbers = names_->numbers(comparison.field->format, wanted);
    if (numbers.empty()) return undecided("only user space knows such names");
    std::vector<Decision> parts;
    for (const uint64_t each : numbers) {
      Leaf leaf;
      leaf.field = comparison.field;
      leaf.value = each;
      parts.push_back(of(std::move(leaf), negated));
    }
    return Decision::join(negated ? Decision::Kind::all : Decision::Kind::any, std::move(parts));
  }

  Decision number(const Comparison& comparison, const Value& value, bool negated) const {
    Leaf leaf;
    leaf.field = comparison.field;
    leaf.value = value.number;
    leaf.op = comparison.test == Test::less       ? Leaf::Op::less
              : comparison.test == Test::at_most  ? Leaf::Op::at_most
              : comparison.test == Test::contains ? Leaf::Op::bits
                                                  : Leaf::Op::equal;
    return of(std::move(leaf), negated);
  }

  Decision address(const Field& field, const Value& value, bool negated) {
    const auto* bytes = reinterpret_cast<const char*>(value.address.data());
    const auto* mask = reinterpret_cast<const char*>(value.mask.data());
    return words(field, Leaf::Place::field, {{bytes, sizeof(Address)}, {mask, sizeof(Address)}},
                 false, negated);
  }

  Decision text(const Comparison& comparison, const std::string& wanted, bool negated) {
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
    if (field.kind == schema::Kind::tail_list) return undecided("'" + field.path + "' is a list");
    if (field.kind != schema::Kind::text || (!is_equal && !is_start))
      return undecided(is_end ? "the kernel does not look for the end of '" + field.path + "'"
                              : "the kernel does not search in text");
    if (wanted.size() > field.size) return Decision::constant(negated);
    if (is_equal && wanted.size() < field.size) {  // the NUL that ends it
      bytes.value += '\0';
      bytes.mask += '\xff';
    }
    return words(field, Leaf::Place::field, bytes, is_equal, negated);
  }

  Decision words(const Field& field, Leaf::Place place, const Bytes& bytes, bool exact_length,
                 bool negated) {
    const size_t count = (bytes.value.size() + 7) / 8;
    if (count > limits_.words)
      return undecided("the kernel compares at most " + std::to_string(limits_.words * 8) +
                       " bytes");
    // An event lies on the BPF stack, where the verifier demands aligned reads inside of it.
    if (place == Leaf::Place::field &&
        (field.offset % 8 != 0 || field.offset + count * 8 > event_.size))
      return undecided("'" + field.path + "' does not lie in whole words");
    Leaf leaf;
    leaf.op = Leaf::Op::words;
    leaf.place = place;
    leaf.field = &field;
    leaf.length = static_cast<uint16_t>(bytes.value.size());
    leaf.exact_length = exact_length;
    leaf.words = words_of(bytes.value, count);
    leaf.masks = words_of(bytes.mask, count);
    return of(std::move(leaf), negated);
  }

  static std::vector<uint64_t> words_of(const std::string& bytes, size_t count) {
    std::vector<uint64_t> words(count);
    for (size_t i = 0; i < bytes.size(); i++)
      words[i / 8] |= uint64_t{static_cast<uint8_t>(bytes[i])} << (i % 8 * 8);
    return words;
  }

  const Where& where_;
  const schema::Event& event_;
  const Limits& limits_;
  schema::Names* names_;
};

// The kernel makes those of which a leaf is left.
void place(KernelPart& part) {
  for (const Leaf& leaf : part.leaves)
    if (leaf.comparison < part.comparisons.size())
      part.comparisons[leaf.comparison].in_kernel = true;
  for (Placed& each : part.comparisons)
    if (!each.in_kernel && each.why_not.empty())
      each.why_not = part.exact ? "the outcome is known without it"
                                : "it decides nothing without one that the kernel does not make";
}

}  // namespace

KernelPart kernel_part(const Where& where, const schema::Event& event, const Limits& limits,
                       schema::Names* names) {
  Translation translation(where, event, limits, names);
  const Node& root = where.root();
  const bool is_all = root.kind == Node::Kind::all;
  std::vector<Decision> conjuncts;
  KernelPart part;
  size_t left = limits.leaves;
  for (size_t i = 0; i < (is_all ? root.parts.size() : 1); i++) {
    const Node& node = is_all ? root.parts[i] : root;
    const size_t first = translation.comparisons.size();
    Decision decision = translation.of(node, false);
    if (decision.leaves() > left) translation.crowd_out(first, left);
    conjuncts.push_back(std::move(decision).within(left));
    left -= conjuncts.back().leaves();
    if (conjuncts.back().exact) continue;
    part.rest += (part.rest.empty() ? "" : " && ") + std::string(where.text_at(node.span));
  }
  const Decision whole = Decision::join(Decision::Kind::all, std::move(conjuncts));
  part.exact = whole.exact;
  if (part.exact) part.rest.clear();
  part.leaves = list_of(whole, event.fields.front());
  part.comparisons = std::move(translation.comparisons);
  place(part);
  return part;
}

}  // namespace plumb::query
