/*
 * help: prints the help of a command, as `varve CMD -h` does, from the command's table.
 */
#ifndef VV_CMD_FRAME_HELP_H
#define VV_CMD_FRAME_HELP_H

#include "base/buf.h"
#include "cmd/frame/command.h"

/* Appends text; each line that is not empty begins with indent. */
void vv_help_put_lines(vv_buf *b, const char *indent, const char *text);
/* Appends text, which has no line ends and begins at column `at` (from 0). A line that is wider than the
 * terminal is broken between words, and each further line is indented to column `at`. */
void vv_help_put_folded(vv_buf *b, size_t at, const char *text);
/* Prints the help of a command on stdout. */
void vv_help_command(const vv_command *c);

#endif
