/*
 * hint_table: finds the sentence for a hint of the code below cmd, which names hints only by their
 * codes (base/hint.h).
 */
#ifndef VV_CMD_FRAME_HINT_TABLE_H
#define VV_CMD_FRAME_HINT_TABLE_H

/* Returns the sentence for the hint with a name such as "add-fix"; NULL: unknown name. In the sentence, %1 to
 * %3 stand for the hint's arguments, or $1 to $3 if they must be quoted as words of a shell command. */
const char *vv_hint_table_find(const char *name);

#endif
