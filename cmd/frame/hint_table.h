/*
 * hint_table: finds the sentence of a hint. Code outside of cmd does not contain these sentences;
 * it names a hint by a code (base/hint.h).
 */
#ifndef VV_CMD_FRAME_HINT_TABLE_H
#define VV_CMD_FRAME_HINT_TABLE_H

/* Returns the sentence for the hint with a name such as "add-fix"; NULL: unknown name. In the sentence, %1 to
 * %3 stand for the hint's arguments, or $1 to $3 if they must be quoted as words of a shell command. */
const char *vv_hint_table_find(const char *name);

#endif
