#include "query/token.h"

#include <algorithm>
#include <array>

namespace plumb::query {
namespace {

constexpr size_t max_length = 4096;

struct Symbol {
  std::string_view text;
  Token::Kind kind;
};
// Longer ones first: the first that fits is taken.
constexpr std::array symbols = {
    Symbol{"&&", Token::Kind::both},    Symbol{"||", Token::Kind::either},
    Symbol{"==", Token::Kind::equal},   Symbol{"!=", Token::Kind::unequal},
    Symbol{"<=", Token::Kind::at_most}, Symbol{">=", Token::Kind::at_least},
    Symbol{"=~", Token::Kind::matches}, Symbol{"<", Token::Kind::less},
    Symbol{">", Token::Kind::more},     Symbol{"!", Token::Kind::negate},
    Symbol{"(", Token::Kind::open},     Symbol{")", Token::Kind::close},
    Symbol{",", Token::Kind::comma}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':' || c == '/' || c == '+' || c == '-';
}

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text) {}

  Result<std::vector<Token>> run() {
    if (text_.size() > max_length)
      return misuse(std::string(source_.option) + ": the expression is over 4096 characters",
                    "FIELD in (A, B) and FIELD =~ \"A|B\" say much in few");
    while (true) {
      at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
      Token token = TRY(next());
      tokens_.push_back(std::move(token));
      if (tokens_.back().kind == Token::Kind::end) return std::move(tokens_);
    }
  }

 private:
  Result<Token> next() {
    const size_t begin = at_;
    if (at_ == text_.size()) return Token{Token::Kind::end, {begin, begin}, {}};
    if (text_[at_] == '"') return string();
    while (at_ < text_.size() && is_word(text_[at_])) at_++;
    if (at_ > begin)
      return Token{Token::Kind::word, {begin, at_}, std::string(text_.substr(begin, at_ - begin))};
    for (const Symbol& symbol : symbols) {
      if (!text_.substr(at_).starts_with(symbol.text)) continue;
      at_ += symbol.text.size();
      return Token{symbol.kind, {begin, at_}, {}};
    }
    return source_.complain({begin, begin + 1}, "unexpected character", hint());
  }

  std::string hint() const {
    switch (text_[at_]) {
      case '=':
        return "write == to compare";
      case '&':
        return "write &&";
      case '|':
        return "write ||";
      case '\'':
        return "text is written in double quotes";
      case '[':
        return "a list is searched as one: args contains \"TEXT\"";
      case ';':
        return "comparisons are joined by && and ||";
      default:
        return "text is written in double quotes, and comparisons are joined by && and ||";
    }
  }

  Result<Token> string() {
    Token token{Token::Kind::string, {at_, at_}, {}};
    for (at_++; at_ < text_.size(); at_++) {
      char c = text_[at_];
      if (c == '"') {
        token.span.end = ++at_;
        return token;
      }
      if (c == '\\' && at_ + 1 < text_.size()) c = escaped();
      if (c == '\0')
        return source_.complain({at_, at_ + 1}, "text cannot hold a NUL",
                                "leave it out: text ends before one");
      token.text += c;
    }
    return source_.complain({token.span.begin, text_.size()}, "this text has no closing quote",
                            "write \\\" for a quote in it");
  }

  // Unknown escapes stay as they are, so that \d and \. of a regular expression need no doubling.
  char escaped() {
    const char after = text_[at_ + 1];
    if (after != '"' && after != '\\') return '\\';
    at_++;
    return after;
  }

  const Source& source_;
  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokens_of(const Source& source) { return Lexer(source).run(); }

}  // namespace plumb::query
