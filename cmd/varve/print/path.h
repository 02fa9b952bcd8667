/*
 * path: writes paths as Git does: relative to the current folder, and quoted if necessary.
 */
#ifndef VV_CMD_VARVE_PRINT_PATH_H
#define VV_CMD_VARVE_PRINT_PATH_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends to b the path `path`, which is relative to the repository, as a path relative to the
 * folder `prefix`; prefix "": the top folder. */
void vv_path_put_relative(vv_buf *b, const char *prefix, const char *path);

/* Appends to b the path `path`, quoted as Git does for scripts: in double quotes, with C escapes,
 * if it contains a quote, a backslash or a control character; if all_bytes is set, also if it
 * contains a byte above 127; if `spaces` is set, also if it contains a space. */
void vv_path_put_quoted(vv_buf *b, const char *path, bool all_bytes, bool spaces);

#endif
