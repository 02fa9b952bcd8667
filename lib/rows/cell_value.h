/*
 * cell_value: converts a cell to a value of its column's type, for users of the library.
 */
#ifndef VV_LIB_ROWS_CELL_VALUE_H
#define VV_LIB_ROWS_CELL_VALUE_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/table/table.h"
#include "varve/table.h"

/* Converts the cell *c of the column of t with the index `place` to *value. The text of *value is
 * borrowed from the cell. */
vv_status vv_cell_value(varve_value *value, const vv_table *t, size_t place, const vv_cell *c,
			vv_error *err);

#endif
