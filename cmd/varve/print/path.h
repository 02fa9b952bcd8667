/*
 * path: writes paths as Git does: relative to the current folder, and quoted if necessary.
 */
#ifndef VV_CMD_VARVE_PRINT_PATH_H
#define VV_CMD_VARVE_PRINT_PATH_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the repository-relative path `path` to b, as a path relative to the folder `prefix`.
 * prefix is also relative to the repository, without a trailing '/'; "": the top folder. */
void vv_path_put_relative(vv_buf *b, const char *prefix, const char *path);

/* Appends the path `path` to b, quoted as Git quotes paths for scripts. A path that contains a double
 * quote, a backslash or a control character is put in double quotes, with C escapes. all_bytes: so
 * is a path with a byte above 127. spaces: so is a path with a space. */
void vv_path_put_quoted(vv_buf *b, const char *path, bool all_bytes, bool spaces);

#endif
