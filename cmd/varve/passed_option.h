/*
 * passed_option: passes typed options on to the command of an answer.
 */
#ifndef VV_CMD_VARVE_PASSED_OPTION_H
#define VV_CMD_VARVE_PASSED_OPTION_H

#include "base/buf.h"
#include "cmd/frame/tool.h"
#include "cmd/frame/typed.h"

/* Appends the option of the pattern's command that argv[i] is, with its value if it takes one. Returns how many
 * arguments these are; 0: the command has no such option, the pattern has it, or the value is missing. */
int vv_passed_option_put(vv_buf *out, const vv_tool *tool, const char *does, const vv_typed *t,
			 int i);

#endif
