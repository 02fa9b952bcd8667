/*
 * dialect_words: reads the options of add and convert that describe the form of a file:
 * --input-format, --encoding, --delimiter, --quote, --escape, --comment, --initial-space,
 * --skip-lines, --skip-footer, --header-rows, --header-join, --records and --no-header.
 */
#ifndef VV_LIB_NAMES_DIALECT_WORDS_H
#define VV_LIB_NAMES_DIALECT_WORDS_H

#include <stdbool.h>

#include "base/error.h"

typedef struct vv_sniff_hints vv_sniff_hints;

/* One value = the arguments of these options; all are borrowed. NULL: the option is not given.
 * skip: --skip-lines; skip_below: --skip-footer; spaces: --initial-space. header is true unless
 * --no-header is given; so {0} means --no-header. */
typedef struct vv_written {
	const char *input_format, *encoding, *delimiter, *quote, *escape, *skip, *skip_below,
		*records, *comment, *spaces, *header_rows, *header_join;
	bool header; /* the first row is a header, not data */
} vv_written;

/* Converts the options *w to *out, which borrows texts from *w. A character is given as itself, or
 * as "tab", "\t", "comma", "semicolon", "space" or "pipe"; "none" and "" mean no character. With
 * the delimiter "none", each line is one cell. Members that are not set are detected. The caller has
 * checked that input_format is csv, tsv, json or ndjson; any word but "skip" for spaces means that
 * spaces are kept. VV_EUSAGE: another argument is invalid. */
vv_status vv_written_read(vv_sniff_hints *out, const vv_written *w, vv_error *err);
/* Returns true if any option is given in *w. */
bool vv_written_any(const vv_written *w);

#endif
