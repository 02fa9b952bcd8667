/*
 * tool: runs one of varve's programs and its commands.
 *
 * main describes the program in a vv_tool, and calls vv_tool_main. Less common features are in
 * separate programs. If varve itself has no command X, `varve X ...` runs the program varve-X with
 * the arguments after X (vv_tool_run_other). Options before X (-C, --git-dir, --offline) change the
 * current folder or the environment, so they also apply to that program.
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
	/* sorted by name. In varve-vault, a name is such as "vault audit", and users type only its
	 * last word */
	const vv_command *const *commands;
	size_t command_count;
	const vv_tool_group *groups;
	size_t group_count;
	const vv_tool_other *others; /* the complete list of commands ends with these programs */
	size_t other_count;
	/* names of the commands in the short list, followed by NULL; NULL: the short list has all
	 * commands */
	const char *const *daily;
	/* the command to run if the first argument is not a command. Its help is then the help of
	 * the program. NULL: such an argument is an error, and the help begins with summary and
	 * example */
	const vv_command *otherwise;
	void (*begin)(void); /* called before the first command, for registrations; may be NULL */
	/* Reports a word that is not a command, and returns the exit code. NULL: vv_tool_unknown is
	 * used. */
	int (*unknown)(const char *word, int argc, char **argv);
	/* Called before a command runs: returns true after it has reported that other programs have
	 * this command with these arguments ("add column"). May be NULL. */
	bool (*meant)(const char *word, int argc, char **argv);
} vv_tool;

/* Runs the program with the arguments of main, and returns its exit code. */
int vv_tool_main(const vv_tool *p, int argc, char **argv);

/* Returns the command for the word that users type, borrowed from p; NULL if there is none. */
const vv_command *vv_tool_find(const vv_tool *p, const char *word);
/* Prints the list of commands. all: print all commands and p->others, not only p->daily. asked: the
 * user asked for the list, so it is printed on stdout; else on stderr. */
void vv_tool_overview(const vv_tool *p, bool all, bool asked);
/* Reports that the program has no command `word`, with similar names. Returns 2. */
int vv_tool_unknown(const vv_tool *p, const char *word, int argc, char **argv);

/* Replaces this process by the program varve-WORD. The program is looked for in this program's
 * folder, in ../libexec/varve and in PATH. Its arguments are `command`, unless that is NULL, and argv.
 * Returns only on failure. VV_EPROGRAM: no such program, or WORD cannot be part of a program's name. */
vv_status vv_tool_run_other(const char *word, const char *command, int argc, char **argv,
			    vv_error *err);
/* Returns 0 if the program varve-web exists. Otherwise, reports that the command `what` needs it, and
 * returns the exit code. */
int vv_tool_check_web(const char *what);
/* Replaces this process by `varve-web serve` with these arguments. Returns only on failure: reports
 * that the command `what` needs varve-web, and returns the exit code. */
int vv_tool_serve_http(const char *what, int argc, char **argv);

#endif
