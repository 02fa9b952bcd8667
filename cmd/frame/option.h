/*
 * option: parses the arguments of a command by its option table.
 *
 * Arguments are parsed as in Git: --opt=value, --opt value, -n5, -n 5, -5 (if -n takes a number),
 * bundled flags (-am), options after positional arguments. "--" ends the options; --no-FLAG resets
 * a flag. A string option with both `value` and `implies` has an optional value, given only as
 * --opt=value or -Ovalue; with only `implies` it takes no value. Members of the options struct
 * start as zero; those of VV_OPT_NO_FLAG as true.
 */
#ifndef VV_CMD_FRAME_OPTION_H
#define VV_CMD_FRAME_OPTION_H

#include "base/auto.h"
#include "cmd/frame/command.h"

typedef struct vv_arguments {
	char **argv; /* positional arguments, borrowed strings, NULL after the last */
	int argc;
	int dashdash; /* number of positional arguments before "--"; -1: no "--" */
	int failed;   /* number of the invalid argument; -1: all are valid */
	bool help;    /* -h or --help was found; the rest was not parsed */
} vv_arguments;
void vv_arguments_clear(vv_arguments *a);
VV_AUTO_CLEAR(vv_arguments, vv_arguments_clear)

/* Parses the arguments. options points to c->options_size zeroed bytes. VV_EUSAGE: err names the
 * invalid argument. The caller clears out and options in every case. */
vv_status vv_options_parse(const vv_command *c, void *options, int argc, char **argv,
			   vv_arguments *out, vv_error *err);
void vv_options_clear(const vv_command *c, void *options); /* frees the arrays of lists */

#endif
