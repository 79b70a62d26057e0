// Groups by stack as a profile, in one of its forms.
#pragma once
#include <string>
#include <vector>

#include "query/aggregate.h"
#include "render/moment.h"
#include "render/stacks.h"
#include "render/style.h"
#include "schema/names.h"

namespace plumb::render {

enum class StackFormat : uint8_t { tree, folded, html, pprof, speedscope };

bool is_by_stack(const query::Grouping& grouping);

// The values are those that groups are ordered by; the other keys stand above the frames.
Profile profile_of(const schema::Event& event, const query::Grouping& grouping,
                   const std::vector<query::Row>& rows, schema::Names& names, Moments& moments);

// Can it show a profile beside another one?
bool can_compare(StackFormat format);

// `before`: what it is compared with; null: nothing.
std::string show_profile(const Profile& profile, StackFormat format, const TableStyle& style,
                         const Profile* before = nullptr);

}  // namespace plumb::render
