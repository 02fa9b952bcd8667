/*
 * ipc_type: converts the types in Arrow messages.
 *
 * Format: Apache Arrow, arrow/format/Schema.fbs, and "The Arrow C data interface" for formats.
 */
#ifndef VV_LIB_ARROW_IPC_TYPE_H
#define VV_LIB_ARROW_IPC_TYPE_H

#include "base/arena.h"
#include "lib/arrow/flatbuffer.h"

/* Returns the format of a member of the union Type; t is the table of the member. The format is
 * allocated in arena. NULL: a table of varve cannot have the type, or out of memory. */
const char *vv_ipc_type_format(vv_flatbuffer *b, uint8_t type, vv_flat_table t, vv_arena *arena);
/* Returns the name of a type for messages, such as "binary". */
const char *vv_ipc_type_name(uint8_t type);
/* Returns the format of a table Int. NULL: Arrow has no integers of this width. */
const char *vv_ipc_int_format(vv_flatbuffer *b, vv_flat_table t);

#endif
