/*
 * help: prints `varve CMD -h` from a command's table.
 */
#ifndef VV_CMD_FRAME_HELP_H
#define VV_CMD_FRAME_HELP_H

#include "base/buf.h"
#include "cmd/frame/command.h"

/* Appends text, each line of it after indent. */
void vv_help_put_lines(vv_buf *b, const char *indent, const char *text);
/* Appends text, which begins at column `at` (from 0) of a line, and breaks it between words if it would be wider than the
 * terminal; further lines begin at that column, too. */
void vv_help_put_folded(vv_buf *b, size_t at, const char *text);
void vv_help_command(const vv_command *c); /* on stdout */

#endif
