/*
 * cell: when two cells are the same.
 */
#include "dataset/format/cell.h"

#include <string.h>

bool vv_cell_equal(const vv_cell *a, const vv_cell *b)
{
	return a->len == b->len && a->state == b->state &&
	       (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}
