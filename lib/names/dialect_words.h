/*
 * dialect_words: the form of a file in the words of options: --input-format, --encoding,
 * --delimiter, --quote, --escape, --comment, --initial-space, --skip-lines, --skip-footer,
 * --header-rows, --header-join, --records and --no-header mean the same for every command.
 */
#ifndef VV_LIB_NAMES_DIALECT_WORDS_H
#define VV_LIB_NAMES_DIALECT_WORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/read/sniff.h"

/* The arguments of these options; NULL: the option is missing. */
typedef struct vv_written {
	const char *input_format, *encoding, *delimiter, *quote, *escape, *skip, *skip_below,
		*records, *comment, *spaces, *header_rows, *header_join;
	bool header; /* false: the first row is data */
} vv_written;

/* Reads an option's character: "tab", "\t", "comma", "semicolon", "space", "pipe", a character;
 * "none" or "" for no character (without a delimiter, each line is one cell). VV_EUSAGE. */
vv_status vv_written_read(vv_sniff_hints *out, const vv_written *w, vv_error *err);
bool vv_written_any(const vv_written *w);

#endif
