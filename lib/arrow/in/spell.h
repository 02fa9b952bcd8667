/*
 * spell: makes the cell for a new value of a column, spelled like the column's other cells.
 */
#ifndef VV_LIB_ARROW_IN_SPELL_H
#define VV_LIB_ARROW_IN_SPELL_H

#include "base/arena.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/habit.h"

/* Memory for texts. Both members are borrowed. */
typedef struct spell_room {
	vv_arena *arena; /* texts of the cells */
	vv_buf *scratch; /* overwritten by each call */
} spell_room;

/* Sets *out to a cell with the value v of the column c, which must have an incoming column. old:
 * the cell that it replaces; NULL in a new row. The cell's text is in the arena, or borrowed from v
 * or h. VV_EUSAGE: varve cannot write the value in the column's format. VV_EINPUT: the value is too
 * long. */
vv_status column_spell(vv_cell *out, const spell_room *room, const rewrite_column *c,
		       const column_habit *h, const incoming_value *v, const vv_cell *old,
		       vv_error *err);

#endif
