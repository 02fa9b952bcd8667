/*
 * tool: one of varve's programs: its commands, and the work around each of them.
 *
 * main describes the program and calls vv_tool_main. `varve X ...` runs the program varve-X with the arguments
 * after X where varve itself has no command X (vv_tool_run_other): rarer features are in programs of their
 * own. Options before X (-C, --git-dir, --offline) are passed as current folder and environment.
 */
#ifndef VV_CMD_FRAME_TOOL_H
#define VV_CMD_FRAME_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/frame/command.h"

/* A heading of the list of commands; group as in vv_command. */
typedef struct vv_tool_group {
	const char *group, *heading;
} vv_tool_group;

/* A program beside this one: varve-WORD, in a package of that name. */
typedef struct vv_tool_other {
	const char *word, *summary;
} vv_tool_other;

typedef struct vv_tool {
	const char *called; /* what users type before a command: "varve", "varve vault" */
	const char *summary;
	const char *example; /* whole lines, as in vv_command */
	/* Sorted by name. The name of one of varve-vault is "vault audit"; its last word is typed. */
	const vv_command *const *commands;
	size_t command_count;
	const vv_tool_group *groups;
	size_t group_count;
	const vv_tool_other *others; /* listed after all commands */
	size_t other_count;
	const char *const *daily; /* names that the short list has, NULL-ended; NULL: all of them */
	/* Runs if the first argument is not a command, and its help is the program's; NULL: that is an error, and
	 * summary and example begin the help. */
	const vv_command *otherwise;
	void (*begin)(void); /* called before the first command, for registrations; may be NULL */
	/* Reports a word that is not a command, and returns the exit code. NULL: names similar
	 * commands. */
	int (*unknown)(const char *word, int argc, char **argv);
} vv_tool;

/* Everything from the arguments of main to its exit code. */
int vv_tool_main(const vv_tool *p, int argc, char **argv);

/* By the word that is typed; NULL: there is none. */
const vv_command *vv_tool_find(const vv_tool *p, const char *word);
/* The list of commands, of daily work or all, on stdout; on stderr if the user did not request
 * it. */
void vv_tool_overview(const vv_tool *p, bool all, bool asked);
/* "varve has no command 'x'", with similar names; returns 2. */
int vv_tool_unknown(const vv_tool *p, const char *word);

/* Becomes varve-WORD: the one beside this program, in ../libexec/varve, or on the PATH. Returns on failure alone:
 * VV_EPROGRAM if there is none, or WORD cannot be part of a program's name. */
vv_status vv_tool_run_other(const char *word, int argc, char **argv, vv_error *err);
/* Becomes `varve-web serve` with these arguments. If it is not installed, reports that `what` (a command) needs it,
 * and returns the exit code. */
int vv_tool_serve_http(const char *what, int argc, char **argv);

#endif
