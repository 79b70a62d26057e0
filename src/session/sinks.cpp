#include "session/sinks.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/page.h"
#include "base/text.h"
#include "render/json.h"
#include "render/table.h"
#include "session/recording_sink.h"

namespace plumb::session {
namespace {

render::TableStyle style_for(const Request& request, int fd) {
  render::TableStyle style;
  winsize window{};
  style.terminal = static_cast<uint32_t>(terminal_columns(fd));
  if (style.terminal != 0 && ioctl(fd, TIOCGWINSZ, &window) == 0) style.lines = window.ws_row;
  style.color =
      request.color == Color::always || (request.color == Color::automatic && style.terminal != 0);
  return style;
}

std::vector<std::string> unread_fields(const schema::Event& event, const query::Plan& plan) {
  std::vector<std::string> unread;
  for (size_t i = 0; i < event.fields.size(); i++)
    if (!plan.wanted[i]) unread.push_back(event.fields[i].path);
  return unread;
}

record::TracerPart part_of(const kernel::Tracer& tracer, size_t i, const Prepared& prepared,
                           const Request& request) {
  record::TracerPart part;
  part.number = static_cast<uint16_t>(i);
  part.name = tracer.name();
  part.btf = std::string(tracer.btf());
  part.privacy = std::string(disclose::name_of(request.privacy));
  part.unread = unread_fields(tracer.schema().event, *prepared.plans[i]);
  if (i == 0) part.about = prepared.left_out;
  for (const std::string& missing : tracer.reductions())
    part.about += tracer.name() + ": not seen: " + missing + "\n";
  return part;
}

}  // namespace

bool has_room(const Request& request) {
  if (!request.output.empty()) return true;
  const uint32_t columns = style_for(request, STDOUT_FILENO).terminal;
  return columns == 0 || columns >= schema::roomy_columns;
}

Result<Opened> open_sink(const Request& request, schema::Clock clock, render::Profiles before) {
  Opened opened;
  if (!request.output.empty()) opened.file = TRY(open_output(request.output, "write"));
  const int fd = opened.file ? opened.file.get() : STDOUT_FILENO;
  opened.output = opened.file ? std::make_unique<render::Output>(fd, request.output)
                              : std::make_unique<render::Output>(fd);
  if (request.json) {
    opened.sink = std::make_unique<render::Json>(*opened.output, clock);
  } else {
    const render::TableStyle style = style_for(request, fd);
    auto table =
        std::make_unique<render::Table>(*opened.output, clock, style, request.stack.format);
    table->compare_with(std::move(before));
    opened.sink = std::move(table);
    // a command may write to the same terminal, and must not be written over
    opened.refreshes = style.lines != 0 && request.command.empty();
  }
  return opened;
}

Result<Opened> open_recording(const Request& request, const Prepared& prepared) {
  Opened opened;
  auto sink = std::make_unique<RecordingSink>(
      TRY(record::Writer::create(request.output, record::Origin::here())));
  opened.describe = [raw = sink.get(), &prepared,
                     &request](const std::vector<kernel::Tracer>& tracers) {
    for (size_t i = 0; i < tracers.size(); i++)
      raw->tracer(part_of(tracers[i], i, prepared, request));
  };
  opened.finish = [raw = sink.get()](std::string_view account) { return raw->finish(account); };
  opened.unwritten = [raw = sink.get()] { return raw->unwritten(); };
  opened.sink = std::move(sink);
  return opened;
}

}  // namespace plumb::session
