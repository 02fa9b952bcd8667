/*
 * ipc_type: converts the types in Arrow messages to format strings of the C data interface.
 *
 * Format: Apache Arrow, arrow/format/Schema.fbs, and "The Arrow C data interface" for formats.
 */
#ifndef VV_LIB_ARROW_IPC_TYPE_H
#define VV_LIB_ARROW_IPC_TYPE_H

#include "base/arena.h"
#include "lib/arrow/flatbuffer.h"

/* Returns the format of a type. type: the number of its member in the union Type; t: the table of
 * this member. The format is a constant, or is allocated in arena. Returns NULL if a table of varve
 * cannot have the type, the type is invalid, or memory ran out. */
const char *vv_ipc_type_format(vv_flatbuffer *b, uint8_t type, vv_flat_table t, vv_arena *arena);
/* Returns the name of a type for messages, such as "binary"; a constant. */
const char *vv_ipc_type_name(uint8_t type);
/* Returns the format of t, a table Int, or NULL if Arrow has no integers of this width. */
const char *vv_ipc_int_format(vv_flatbuffer *b, vv_flat_table t);

#endif
