/*
 * hint_table: finds the sentence of a hint by the hint's name. Code outside of cmd contains only the
 * names (base/hint.h).
 */
#ifndef VV_CMD_FRAME_HINT_TABLE_H
#define VV_CMD_FRAME_HINT_TABLE_H

/* Returns the sentence of the hint with a name such as "add-fix"; NULL if the name is unknown. In
 * the sentence, %1 to %3 stand for the hint's arguments; $1 to $3 stand for arguments that must be
 * quoted as words of a shell command. */
const char *vv_hint_table_find(const char *name);

#endif
