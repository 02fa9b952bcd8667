/*
 * cell: when two cells are the same.
 */
#include "dataset/format/cell.h"

#include <string.h>

#include "base/text.h"

bool vv_cell_equal(const vv_cell *a, const vv_cell *b)
{
	return a->len == b->len && a->state == b->state &&
	       (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

bool vv_cell_is_one_of(const vv_cell *cell, const char **words)
{
	return vv_texts_have(words, cell->text, cell->len);
}
