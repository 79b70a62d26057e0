// Statements of databases (SQL): the word that announces a password stands before it, without a
// sign.
//
//   ALTER ROLE ada PASSWORD 'x'   CREATE USER ada IDENTIFIED BY 'x'   OPTIONS (user 'u', password
//   'x')
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

void find_sql_passwords(const Element& element, Ranges& out);

}  // namespace plumb::disclose
