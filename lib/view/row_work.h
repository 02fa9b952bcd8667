/*
 * row_work: what rooms below, which know no rows, leave to those that do: edits of row groups for the store, and the
 * rows by which renamed tables are found.
 *
 * Every program and library sets it before it opens a repository; any thread may, and again.
 */
#ifndef VV_LIB_VIEW_ROW_WORK_H
#define VV_LIB_VIEW_ROW_WORK_H

void vv_row_work_register(void);

#endif
