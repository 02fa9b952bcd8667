/*
 * spell: a new value as a cell of its column.
 */
#ifndef VV_LIB_ARROW_IN_SPELL_H
#define VV_LIB_ARROW_IN_SPELL_H

#include "base/arena.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/habit.h"

/* Where texts are made, and where they live; borrowed. */
typedef struct spell_room {
	vv_arena *arena;
	vv_buf *scratch;
} spell_room;

/* old: the cell in whose place it comes; NULL: a new row. The cell's text lives in the arena, or is the value's.
 * VV_EUSAGE: the column's format is one that varve cannot write. */
vv_status column_spell(vv_cell *out, const spell_room *room, const rewrite_column *c,
		       const column_habit *h, const incoming_value *v, const vv_cell *old,
		       vv_error *err);

#endif
