/*
 * edited: edits of files, for answers to words that are not commands.
 */
#ifndef VV_CMD_VARVE_EDITED_H
#define VV_CMD_VARVE_EDITED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/file.h"

/* Appends the names of files in the current folder with edits that are not staged. staged "--cached": that
 * are; NULL: that are not. */
void vv_edited_read(vv_string_list *out, const char *staged);
/* Prints the edits of `file`, or of all files if it is NULL, if the line discards them. */
void vv_edited_warn(const char *line, const char *file, const vv_string_list *changed);
/* Appends the id of the commit before the last one that changed the file; nothing if there is none. */
void vv_edited_previous(vv_buf *out, const char *file);

/* Is a merge in progress? */
bool vv_edited_merging(void);

#endif
