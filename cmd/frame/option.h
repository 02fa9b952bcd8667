/*
 * option: parses the arguments of a command by its option table.
 *
 * Arguments are parsed as in Git: --opt=value, --opt value, -n5, -n 5, -5 (if the command has -n N),
 * bundled flags (-am), options after positional arguments. "--" ends the options. --no-FLAG resets
 * a flag. A string option with both `value` and `implies` has an optional value, which can be given
 * only as --opt=value or -Ovalue. A string option with only `implies` has no value. The member of an
 * option that is not given is zero; for a VV_OPT_NO_FLAG it is true.
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

/* Parses the arguments of the command c. Fills the struct `options`, which the caller has zeroed and
 * which has c->options_size bytes, and sets *out. The caller clears both, also after a failure.
 * VV_EUSAGE: an argument is invalid; the message names it. */
vv_status vv_options_parse(const vv_command *c, void *options, int argc, char **argv,
			   vv_arguments *out, vv_error *err);
/* Checks the parsed arguments by c->takes and c->rules. argv: the positional arguments. VV_EUSAGE:
 * their number, or a combination of options, is invalid. */
vv_status vv_options_check(const vv_command *c, const void *options, int argc, char *const *argv,
			   vv_error *err);
/* For a command with c->pass: returns true, and sets err, if an argument is one of c->absent. The first
 * may be a word without dashes. */
bool vv_options_lacks(const vv_command *c, int argc, char **argv, vv_error *err);
/* Returns true if the command has a flag of this name, and it is set. */
bool vv_options_flag(const vv_command *c, const void *options, const char *name);
void vv_options_clear(const vv_command *c, void *options); /* frees the arrays of lists */

#endif
