/*
 * typed_condition: the conditions that typed words make; for typed_line.h.
 */
#ifndef VV_CMD_FRAME_TYPED_CONDITION_H
#define VV_CMD_FRAME_TYPED_CONDITION_H

#include <stdbool.h>

#include "base/buf.h"
#include "cmd/frame/typed.h"

/* Each returns the text, which may be in room, for the placeholder `text` (typed_line.h); NULL: words are missing. */

const char *vv_typed_opposite(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_matches(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_contains(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_condition(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_rule(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_expressed(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_criterion(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_summed(vv_buf *room, const vv_typed *t, const char *text);

/* "cat --where price>3": has a shell made the file "3" of an unquoted comparison? If `column` is a
 * plain name, and standard output a file with such a name, appends the condition, `column` > 3, and returns true. */
bool vv_typed_redirected(vv_buf *room, const char *column);

#endif
