/*
 * diff_writer: a table's difference as an Arrow IPC stream (diff/write/writer.h).
 */
#ifndef VV_LIB_ARROW_DIFF_WRITER_H
#define VV_LIB_ARROW_DIFF_WRITER_H

#include "diff/write/writer_kinds.h"

/* Further forms of `varve diff` (writer_kinds.h). */
/* clang-format off */
#define VV_ARROW_DIFF_FORMS(form) \
	form("arrow", vv_arrow_diff_rows, \
	     "an Arrow IPC stream of one table: rows before and after, as Delta Lake's change data feed has them") \
	form("arrow-cells", vv_arrow_diff_cells, "the same for changed cells: key, column, before and after") \
	form("xlsx", vv_arrow_diff_sheets, "a workbook with a sheet for each table, written by a reader of documents")
/* clang-format on */

/* "arrow": rows, as row_changes.h has them; "arrow-cells": the cells of changed rows. One table: VV_EUSAGE at a second one
 * that differs. Where nothing differs the stream has no row, and of columns those alone that no table has.
 * "xlsx": the stream of "arrow" for each table that differs, after a line of vv_arrow_ipc_name; for vv_workbook_put. */
extern const vv_diff_writer_kind vv_arrow_diff_rows, vv_arrow_diff_cells, vv_arrow_diff_sheets;

#endif
