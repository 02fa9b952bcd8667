/*
 * typed_file: the file that typed words are about if none of them names one; for typed_line.h.
 */
#ifndef VV_CMD_FRAME_TYPED_FILE_H
#define VV_CMD_FRAME_TYPED_FILE_H

#include "cmd/frame/typed.h"

/* Without a file: sets it to the only tracked table of the current folder that has a column or a row for each of the
 * words, or without words, for --row or the member `value`. */
void vv_typed_find_file(vv_typed *t);

#endif
