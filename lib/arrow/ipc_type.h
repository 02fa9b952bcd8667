/*
 * ipc_type: the types in messages of Arrow.
 *
 * Format: Apache Arrow, arrow/format/Schema.fbs, and "The Arrow C data interface" for formats.
 */
#ifndef VV_LIB_ARROW_IPC_TYPE_H
#define VV_LIB_ARROW_IPC_TYPE_H

#include "base/arena.h"
#include "lib/arrow/flatbuffer.h"

/* The format of a member of the union Type; t is the table of the member. The format lives as long as the arena. NULL: a
 * table of varve cannot have the type, or out of memory. */
const char *vv_ipc_type_format(vv_flatbuffer *b, uint8_t type, vv_flat_table t, vv_arena *arena);
/* For messages: "binary". */
const char *vv_ipc_type_name(uint8_t type);
/* The format of a table Int; NULL: no such width. */
const char *vv_ipc_int_format(vv_flatbuffer *b, vv_flat_table t);

#endif
