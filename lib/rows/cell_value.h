/*
 * cell_value: converts a cell to a value of its column's type, for users of the library.
 */
#ifndef VV_LIB_ROWS_CELL_VALUE_H
#define VV_LIB_ROWS_CELL_VALUE_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/format/cell.h"
#include "varve/table.h"

typedef struct vv_table vv_table;

/* Converts the cell *c of the column of t with the index `place` to *value. Its kind is
 * VARVE_VALUE_NULL for a missing value, and VARVE_VALUE_MISFIT for a cell that is not a value of
 * the type. A number that fits into neither int64_t nor double is a VARVE_VALUE_DECIMAL; a value of
 * a type without a kind of its own is a VARVE_VALUE_TEXT. The text of *value is borrowed from the
 * cell. Fails only if out of memory. */
vv_status vv_cell_value(varve_value *value, const vv_table *t, size_t place, const vv_cell *c,
			vv_error *err);

#endif
