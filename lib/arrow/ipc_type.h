/*
 * ipc_type: converts the types in Arrow messages to format strings of the C data interface.
 *
 * Format: Apache Arrow, arrow/format/Schema.fbs, and "The Arrow C data interface" for formats.
 */
#ifndef VV_LIB_ARROW_IPC_TYPE_H
#define VV_LIB_ARROW_IPC_TYPE_H

#include "base/arena.h"
#include "lib/arrow/flatbuffer.h"

/* Returns the format of a type: type is the number of the member in the union Type, and t the table
 * of the member. The format is allocated in arena. Returns NULL if a table of varve cannot have the
 * type, or if out of memory. */
const char *vv_ipc_type_format(vv_flatbuffer *b, uint8_t type, vv_flat_table t, vv_arena *arena);
/* Returns the name of a type for messages, such as "binary". */
const char *vv_ipc_type_name(uint8_t type);
/* Returns the format of t, a table Int, or NULL if Arrow has no integers of this width. */
const char *vv_ipc_int_format(vv_flatbuffer *b, vv_flat_table t);

#endif
