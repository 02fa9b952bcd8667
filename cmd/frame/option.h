/*
 * option: parses the arguments of a command by its option table.
 *
 * Arguments are parsed as in Git: --opt=value, --opt value, -n5, -n 5, -5 (if -n has a number as
 * argument), bundled flags (-am), options after positional arguments. "--" ends the options;
 * --no-FLAG resets a flag. A string option with both `value` and `implies` has an optional value,
 * which can be given only as --opt=value or -Ovalue; a string option with only `implies` has no
 * value. The initial value of a member of the options struct is zero, or true for a VV_OPT_NO_FLAG.
 */
#ifndef VV_CMD_FRAME_OPTION_H
#define VV_CMD_FRAME_OPTION_H

#include "base/auto.h"
#include "cmd/frame/command.h"

/* The result of parsing. */
typedef struct vv_arguments {
	char **argv; /* positional arguments, borrowed strings, NULL after the last */
	int argc;
	int dashdash; /* number of positional arguments before "--"; -1: no "--" */
	int failed;   /* index of the invalid argument; -1: all arguments are valid */
	bool help;    /* -h or --help was found; the following arguments were not parsed */
} vv_arguments;
void vv_arguments_clear(vv_arguments *a);
VV_AUTO_CLEAR(vv_arguments, vv_arguments_clear)

/* Parses the arguments of the command c: fills the struct `options`, c->options_size zeroed bytes,
 * and sets *out. VV_EUSAGE: an argument is invalid; the message has the argument. In any case, the
 * caller clears *out and *options. */
vv_status vv_options_parse(const vv_command *c, void *options, int argc, char **argv,
			   vv_arguments *out, vv_error *err);
/* Checks the parsed arguments by c->takes and c->rules. VV_EUSAGE: they are invalid; the message
 * names the options. */
vv_status vv_options_check(const vv_command *c, const void *options, int argc, char *const *argv,
			   vv_error *err);
void vv_options_clear(const vv_command *c, void *options); /* frees the arrays of lists */

#endif
