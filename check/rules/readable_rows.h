/*
 * readable_rows: extracts the readable rows of a text file that add refuses.
 *
 * So all checks of a table can be applied to a file with faults. CSV: additional cells of a row are
 * dropped; a wrongly quoted cell is used literally, with its quotes. NDJSON: lines that are not
 * objects are left out. A JSON array ends before its first fault. Valid rows keep their bytes.
 *
 * A correct caller: vv_mend_open, vv_mend_source for vv_import with vv_mend_hints, then
 * vv_mend_line for each line that is reported; vv_mend_close.
 */
#ifndef VV_CHECK_RULES_READABLE_ROWS_H
#define VV_CHECK_RULES_READABLE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/read/sniff.h"
#include "dataset/table/import.h"

typedef struct vv_mend vv_mend;

/* Opens a file. source is borrowed until vv_mend_close. VV_EINPUT, VV_EREFUSED, VV_ENOTFOUND: the
 * file is not a table. */
vv_status vv_mend_open(vv_mend **out, const vv_source *source, const vv_sniff_hints *hints,
		       vv_error *err);
void vv_mend_close(vv_mend *m); /* accepts NULL */
VV_AUTO_FREE(vv_mend, vv_mend_close)

/* Sets *out to a source with the bytes of the readable rows, which can be read once. */
void vv_mend_source(vv_mend *m, vv_source *out);
/* Sets *out to the complete form of the file. path and parent are NULL. */
void vv_mend_hints(const vv_mend *m, vv_sniff_hints *out);

/* Call the following functions after everything was read. Returns the line of the file (from 1) for
 * a line of vv_mend_source; 0: unknown (after a million rows with omitted line ends). */
uint64_t vv_mend_line(const vv_mend *m, uint64_t line);
/* Does the file have unreadable content that is not among the rows? */
bool vv_mend_lost_rows(const vv_mend *m);

#endif
