/*
 * path: paths as Git shows them: from the current folder, quoted where needed.
 */
#ifndef VV_CMD_VARVE_PRINT_PATH_H
#define VV_CMD_VARVE_PRINT_PATH_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends path (repository-relative) as seen from the folder prefix ("" for the top). */
void vv_path_put_relative(vv_buf *b, const char *prefix, const char *path);

/* Appends it as Git quotes for scripts: in double quotes with C escapes when it contains a quote,
 * backslash, control or (all_bytes) other byte above 127; spaces: also then. */
void vv_path_put_quoted(vv_buf *b, const char *path, bool all_bytes, bool spaces);

#endif
