// The grammar of --where:  any: all || ...   all: unary && ...   unary: ! unary, ( any ),
// comparison
#include <utility>

#include "query/bind.h"
#include "query/token.h"
#include "query/where.h"

namespace plumb::query {
namespace {

constexpr int max_nesting = 64;

bool is_operation(const Token& token) {
  if (token.kind == Token::Kind::word)
    return token.text == "in" || token.text == "startswith" || token.text == "endswith" ||
           token.text == "contains";
  return token.kind >= Token::Kind::equal;
}

class Parser {
 public:
  Parser(const Source& source, const Scope& scope, std::vector<Token> tokens)
      : source_(source), scope_(scope), tokens_(std::move(tokens)) {}

  Result<Node> run() {
    Node node = TRY(chain(Node::Kind::any));
    if (peek().kind != Token::Kind::end) return unexpected("&& or ||");
    return node;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  // The last token is never passed.
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool take_if(Token::Kind kind) {
    if (peek().kind != kind) return false;
    take();
    return true;
  }

  Fail unexpected(const std::string& wanted) const {
    const std::string& word = peek().text;
    std::string hint;
    if (word == "and") hint = "write &&";
    if (word == "or") hint = "write ||";
    if (word == "not") hint = "write !";
    return source_.complain(peek().span, wanted + " is expected here", hint);
  }

  // Operands joined by || (any) or && (all); one operand stays itself, equal chains become one.
  Result<Node> chain(Node::Kind kind) {
    const bool is_any = kind == Node::Kind::any;
    Node node;
    node.kind = kind;
    const size_t begin = peek().span.begin;
    do {
      Node part = TRY(is_any ? chain(Node::Kind::all) : unary());
      if (part.kind == kind)
        std::move(part.parts.begin(), part.parts.end(), std::back_inserter(node.parts));
      else
        node.parts.push_back(std::move(part));
    } while (take_if(is_any ? Token::Kind::either : Token::Kind::both));
    if (node.parts.size() == 1) return Node(std::move(node.parts.front()));
    node.span = {begin, tokens_[at_ - 1].span.end};
    return node;
  }

  Result<Node> unary() {
    const Token& first = peek();
    if (first.kind != Token::Kind::negate && first.kind != Token::Kind::open) return comparison();
    if (++depth_ > max_nesting)
      return source_.complain(first.span, "nested too deep",
                              "leave out parentheses: && binds before ||");
    take();
    Node node = TRY(first.kind == Token::Kind::negate ? negation() : parenthesized());
    node.span = {first.span.begin, tokens_[at_ - 1].span.end};
    depth_--;
    return node;
  }

  Result<Node> negation() {
    Node inner = TRY(unary());
    Node node;
    node.kind = Node::Kind::negation;
    node.parts.push_back(std::move(inner));
    return node;
  }

  Result<Node> parenthesized() {
    Node node = TRY(chain(Node::Kind::any));
    if (!take_if(Token::Kind::close)) return unexpected("&&, || or )");
    return node;
  }

  Result<Node> comparison() {
    if (peek().kind != Token::Kind::word) return unexpected("a field");
    const Token& name = take();
    const schema::Field* field = TRY(scope_.field(source_, name.span));
    Node node;
    if (is_operation(peek())) {
      const Token& operation = take();
      std::vector<Token> operands = TRY(values(operation));
      node.comparison = TRY(query::bind(source_, *field, operation, operands));
    } else {
      node.comparison = TRY(bind_boolean(source_, *field, name.span));
    }
    node.span = node.comparison.span = {name.span.begin, tokens_[at_ - 1].span.end};
    return node;
  }

  Result<std::vector<Token>> values(const Token& operation) {
    std::vector<Token> found;
    const bool is_set = operation.text == "in";
    if (is_set && !take_if(Token::Kind::open)) return unexpected("'(' and the set of values");
    do {
      if (peek().kind != Token::Kind::word && peek().kind != Token::Kind::string)
        return unexpected("a value");
      found.push_back(take());
    } while (is_set && take_if(Token::Kind::comma));
    if (is_set && !take_if(Token::Kind::close)) return unexpected(", or )");
    return found;
  }

  const Source& source_;
  const Scope& scope_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<std::unique_ptr<Where>> parse_where(std::string_view text, const Scope& scope) {
  const Source source{"--where", text};
  auto tokens = TRY(tokens_of(source));
  Node root = TRY(Parser(source, scope, std::move(tokens)).run());
  return std::make_unique<Where>(std::string(text), std::move(root));
}

Result<std::unique_ptr<Expression>> parse_where(std::string_view text, const schema::Event& event) {
  auto where = TRY(parse_where(text, Scope{event}));
  return std::unique_ptr<Expression>(std::move(where));
}

}  // namespace plumb::query
