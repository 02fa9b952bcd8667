/*
 * hint_table: the words of the hints that the library has codes for.
 */
#ifndef VV_CMD_FRAME_HINT_TABLE_H
#define VV_CMD_FRAME_HINT_TABLE_H

/* The sentence of a hint ("add-fix"), with its arguments as %1 to %3, or $1 to $3 if they are words of a shell
 * command. NULL: unknown name. */
const char *vv_hint_table_find(const char *name);

#endif
