/*
 * typed_left: the typed words that a line made of them does not have, so that nothing is left out without a word.
 */
#ifndef VV_CMD_FRAME_TYPED_LEFT_H
#define VV_CMD_FRAME_TYPED_LEFT_H

#include <stdbool.h>

#include "base/buf.h"
#include "cmd/frame/typed.h"

/* Is argv[i] an option, whose effect is not in the line that the pattern (typed_line.h) became? */
bool vv_typed_lacks_option(const char *line, const char *pattern, const vv_typed *t, int i);

/* Returns the value of the option argv[i]: after its '=', or the next word, which is not checked for being meant so;
 * NULL: there is none. */
const char *vv_typed_option_value(const vv_typed *t, int i);

/* Appends the words and options that are not in the line, each after a blank. */
void vv_typed_put_left_out(vv_buf *out, const char *line, const char *pattern, const vv_typed *t);

/* Appends "'LINE' does it" for the line that the pattern becomes, and "; that leaves out ..." if it lacks words. Returns
 * false if placeholders remain. */
bool vv_typed_put_answer(vv_buf *out, const char *pattern, const vv_typed *t);

#endif
