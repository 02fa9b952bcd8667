/*
 * format_ending: the format that the end of a file's name means: rows.jsonl, changes.xlsx.
 */
#ifndef VV_LIB_VIEW_FORMAT_ENDING_H
#define VV_LIB_VIEW_FORMAT_ENDING_H

#include <stdbool.h>

/* Returns the format that the ending of a file's name means, a constant; NULL: none. */
const char *vv_format_ending(const char *path);
/* Returns true if programs refuse any other content in a file of this name, such as r.xlsx. */
bool vv_format_ending_is_document(const char *path);

#endif
