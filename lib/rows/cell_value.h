/*
 * cell_value: the value of a cell under its column's type, for callers of the library.
 */
#ifndef VV_LIB_ROWS_CELL_VALUE_H
#define VV_LIB_ROWS_CELL_VALUE_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/table/table.h"
#include "varve/table.h"

/* place is one of the table's columns; text of *value is the cell's. */
vv_status vv_cell_value(varve_value *value, const vv_table *t, size_t place, const vv_cell *c,
			vv_error *err);

#endif
