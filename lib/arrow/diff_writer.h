/*
 * diff_writer: writes the differences of tables as Arrow IPC streams (diff/write/writer.h).
 */
#ifndef VV_LIB_ARROW_DIFF_WRITER_H
#define VV_LIB_ARROW_DIFF_WRITER_H

#include "diff/write/writer_kinds.h"

/* The output formats of `varve diff` that writer_kinds.h does not have. */
/* clang-format off */
#define VV_ARROW_DIFF_FORMS(form) \
	form("arrow", vv_arrow_diff_rows, \
	     "an Arrow IPC stream of one table: rows before and after, as Delta Lake's change data feed has them") \
	form("arrow-cells", vv_arrow_diff_cells, "the same for changed cells: key, column, before and after") \
	form("xlsx", vv_arrow_diff_sheets, "a workbook with a sheet for each table; see docs/use/documents.md")
/* clang-format on */

/* The output formats: "arrow" writes the changed rows (row_changes.h), and "arrow-cells" the
 * changed cells. Both write one table, and fail with VV_EUSAGE if a second table differs. If no
 * table differs, the stream has no rows, and only the columns that do not come from a table, such
 * as _change_type. "xlsx" writes the input of vv_workbook_put: for each table that differs, a line
 * (vv_arrow_ipc_name) followed by an "arrow" stream. */
extern const vv_diff_writer_kind vv_arrow_diff_rows, vv_arrow_diff_cells, vv_arrow_diff_sheets;

#endif
