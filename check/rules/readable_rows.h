/*
 * readable_rows: the readable rows of a text file that add refuses.
 *
 * This applies all checks of a table to a file with faults, too. CSV: a row keeps its first cells,
 * as many as there are columns; a wrongly quoted cell is used literally, with its quotes. NDJSON:
 * lines that are not an object are left out. A JSON array ends before its first fault. Sound rows
 * keep their bytes.
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

/* source is borrowed until close. VV_EINPUT, VV_EREFUSED, VV_ENOTFOUND: not a table at all. */
vv_status vv_mend_open(vv_mend **out, const vv_source *source, const vv_sniff_hints *hints,
		       vv_error *err);
void vv_mend_close(vv_mend *m); /* accepts NULL */
VV_AUTO_FREE(vv_mend, vv_mend_close)

/* The readable rows, as bytes; to be read once. */
void vv_mend_source(vv_mend *m, vv_source *out);
/* How it is written: nothing is left to find out. path and parent are NULL. */
void vv_mend_hints(const vv_mend *m, vv_sniff_hints *out);

/* The following functions are for use after everything was read. The line of the file (from 1) for
 * a line of vv_mend_source; 0: unknown (after a million rows with omitted line ends). */
uint64_t vv_mend_line(const vv_mend *m, uint64_t line);
/* Is there anything that could not be read and is not among the rows? */
bool vv_mend_lost_rows(const vv_mend *m);

#endif
