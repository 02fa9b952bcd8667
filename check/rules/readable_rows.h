/*
 * readable_rows: extracts the readable rows of a text file that 'varve add' refuses.
 *
 * With these rows, all checks of a table can be applied to a file with syntax errors. In CSV,
 * additional cells of a row are dropped, and a wrongly quoted cell is used literally, with its
 * quotes. In NDJSON, lines that are not objects are left out. Rows that are too long are left out. A
 * JSON array ends before its first error. The bytes of valid rows are unchanged.
 *
 * A correct caller calls vv_mend_open, vv_import with the results of vv_mend_source and
 * vv_mend_hints, vv_mend_line for each line that is reported, and vv_mend_close.
 */
#ifndef VV_CHECK_RULES_READABLE_ROWS_H
#define VV_CHECK_RULES_READABLE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"

typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_source vv_source;

/* A file from which readable rows are extracted. */
typedef struct vv_mend vv_mend;

/* Opens a file. source is borrowed until vv_mend_close. hints: the file's format; properties that
 * are not set are detected. VV_EINPUT, VV_EREFUSED, VV_ENOTFOUND: the file is not a table. */
vv_status vv_mend_open(vv_mend **out, const vv_source *source, const vv_sniff_hints *hints,
		       vv_error *err);
void vv_mend_close(vv_mend *m); /* accepts NULL */
VV_AUTO_FREE(vv_mend, vv_mend_close)

/* Checks a line of NDJSON, and sets *blank to true if the line is blank. Returns VV_OK if the line
 * is blank, or has one JSON object with blanks around it. VV_EINPUT: any other line. */
vv_status vv_mend_object(vv_json_rows *parser, const char *line, size_t len, bool *blank,
			 vv_error *err);

/* Sets *out to a source with the bytes of the readable rows, valid until vv_mend_close. The source can
 * be read only once. */
void vv_mend_source(vv_mend *m, vv_source *out);
/* Sets *out to the file's complete dialect, as hints for vv_import. Its path and parent are
 * NULL. */
void vv_mend_hints(const vv_mend *m, vv_sniff_hints *out);

/* Converts the number of a line in the source of vv_mend_source to its number in the file, from 1.
 * Returns 0 if the number is not known: only the first million changes of the number of lines are
 * recorded. Call after the source was read to its end. */
uint64_t vv_mend_line(const vv_mend *m, uint64_t line);
/* Returns true if rows, or lines that are not rows, were left out; dropped cells do not count. Call
 * after the source was read to its end. */
bool vv_mend_lost_rows(const vv_mend *m);

#endif
