/*
 * path: writes paths as Git shows them: relative to the current folder, and quoted if necessary.
 */
#ifndef VV_CMD_VARVE_PRINT_PATH_H
#define VV_CMD_VARVE_PRINT_PATH_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends path (repository-relative) as seen from the folder prefix ("" for the top). */
void vv_path_put_relative(vv_buf *b, const char *prefix, const char *path);

/* Appends path as Git quotes it for scripts: in double quotes with C escapes if it contains a
 * quote, a backslash, a control character, with all_bytes a byte above 127, or with spaces a
 * space. */
void vv_path_put_quoted(vv_buf *b, const char *path, bool all_bytes, bool spaces);

#endif
