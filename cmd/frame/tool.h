/*
 * tool: runs one of varve's programs and its commands.
 *
 * main describes the program and calls vv_tool_main. Less common features are in separate programs:
 * if varve itself has no command X, `varve X ...` runs the program varve-X with the arguments after
 * X (vv_tool_run_other). The effect of options before X (-C, --git-dir, --offline) is passed to
 * that program in the current folder and the environment.
 */
#ifndef VV_CMD_FRAME_TOOL_H
#define VV_CMD_FRAME_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/frame/command.h"

/* A heading in the list of commands, for the commands of this group (vv_command). */
typedef struct vv_tool_group {
	const char *group, *heading;
} vv_tool_group;

/* Another program, varve-WORD, in a package with the same name. */
typedef struct vv_tool_other {
	const char *word, *summary;
} vv_tool_other;

/* A program. */
typedef struct vv_tool {
	const char *called; /* the words that users type before a command: "varve", "varve vault" */
	const char *summary;
	const char *example; /* complete lines, as in vv_command */
	/* sorted by name. In varve-vault a name is "vault audit", and users type only its last
	 * word */
	const vv_command *const *commands;
	size_t command_count;
	const vv_tool_group *groups;
	size_t group_count;
	const vv_tool_other *others; /* listed after all commands */
	size_t other_count;
	/* names of commands for the short list, ended by NULL; NULL: the short list has all
	 * commands */
	const char *const *daily;
	/* the command to run if the first argument is not a command; its help is the help of the
	 * program; NULL: such an argument is an error, and the help begins with summary and
	 * example */
	const vv_command *otherwise;
	void (*begin)(void); /* called before the first command, for registrations; may be NULL */
	/* Reports a word that is not a command, and returns the exit code. NULL: vv_tool_unknown is
	 * used. */
	int (*unknown)(const char *word, int argc, char **argv);
} vv_tool;

/* Runs the program with the arguments of main, and returns its exit code. */
int vv_tool_main(const vv_tool *p, int argc, char **argv);

/* Finds a command by the word that users type; borrowed from p. NULL: not found. */
const vv_command *vv_tool_find(const vv_tool *p, const char *word);
/* Prints the list of commands. all: print all commands, not only those in p->daily. asked: print on
 * stdout, not on stderr. */
void vv_tool_overview(const vv_tool *p, bool all, bool asked);
/* Reports that the program has no command `word`, with similar names. Returns 2. */
int vv_tool_unknown(const vv_tool *p, const char *word);

/* Replaces this process by the program varve-WORD, from this program's folder, ../libexec/varve or
 * PATH. Returns only on failure. VV_EPROGRAM: no such program, or WORD cannot be part of a
 * program's name. */
vv_status vv_tool_run_other(const char *word, int argc, char **argv, vv_error *err);
/* Replaces this process by `varve-web serve` with these arguments. If varve-web is not installed,
 * reports that the command `what` needs it, and returns the exit code. */
int vv_tool_serve_http(const char *what, int argc, char **argv);

#endif
