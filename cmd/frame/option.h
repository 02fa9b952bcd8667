/*
 * option: the arguments of a command, parsed by its option table.
 *
 * Understood as Git does: --opt=value, --opt value, -n5, -n 5, -5 (where -n takes a
 * number), bundled flags (-am), options after positional arguments, "--" ends them,
 * --no-FLAG takes a flag back. A string option with both `value` and `implies` has an
 * optional value, given only as --opt=value or -Ovalue; with `implies` alone it takes
 * none. Members start as zero; those of VV_OPT_NO_FLAG start true.
 */
#ifndef VV_CMD_FRAME_OPTION_H
#define VV_CMD_FRAME_OPTION_H

#include "base/auto.h"
#include "cmd/frame/command.h"

typedef struct vv_arguments {
	char **argv; /* positional arguments, borrowed strings, NULL after the last */
	int argc;
	int dashdash; /* positional arguments before "--", or -1 */
	int failed;   /* the argument that is wrong; -1: none */
	bool help;    /* -h or --help was found; the rest was not parsed */
} vv_arguments;
void vv_arguments_clear(vv_arguments *a);
VV_AUTO_CLEAR(vv_arguments, vv_arguments_clear)

/* options points to c->options_size zeroed bytes. VV_EUSAGE: err has the fault; the caller clears
 * in every case. */
vv_status vv_options_parse(const vv_command *c, void *options, int argc, char **argv,
			   vv_arguments *out, vv_error *err);
void vv_options_clear(const vv_command *c, void *options); /* frees the arrays of lists */

#endif
