/*
 * program: runs other programs.
 *
 * Programs are searched only in the absolute folders of PATH, and run without a shell.
 */
#ifndef VV_REPO_GIT_PROGRAM_H
#define VV_REPO_GIT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"

/* Runs the program argv[0], an absolute path or a name to be searched in the absolute folders of PATH. Writes input to its
 * stdin, and appends its stdout, at most 64 MiB, to output. *exit_code: 128 + the signal's number if a signal ended the
 * program. VV_EPROGRAM: no such program. */
vv_status vv_program_run(const vv_env *env, const char *const *argv, const void *input, size_t len,
			 vv_buf *output, int *exit_code, vv_error *err);
/* A running program, and this side's ends of its stdin, stdout and stderr: pipes that are closed on exec. */
typedef struct vv_child {
	pid_t pid;
	int in, out, err; /* -1 if there is none */
} vv_child;
/* Kills the program, waits for its end and closes the pipes. Does nothing if c->pid is 0. */
void vv_child_stop(vv_child *c);
/* Starts a program with the environment env. more: changes of env, ended by NULL: "NAME=value" adds a variable, "NAME" removes
 * one; may be NULL. The caller closes the pipes and waits for out->pid. VV_EPROGRAM: no such program. */
vv_status vv_program_start(vv_child *out, const vv_env *env, const char *const *argv,
			   const char *const *more, vv_error *err);
/* Returns true if path is a file that this process may execute. */
bool vv_program_runs(const char *path);
/* Searches the absolute folders of PATH for a program. The caller frees *out with vv_free. VV_EPROGRAM: no such program. */
vv_status vv_program_find(char **out, const vv_env *env, const char *name, vv_error *err);
/* Searches one of varve's own programs, such as "varve-vault", in the folder of the running program, in ../libexec/varve and
 * in PATH. The caller frees *out with vv_free. VV_EPROGRAM: no such program, or name is neither "varve" nor "varve-" followed
 * by lower-case letters, digits and hyphens. */
#define VV_PROGRAM_WORD_MAX 32u /* after "varve-" */
vv_status vv_program_find_own(char **out, const vv_env *env, const char *name, vv_error *err);
/* All options for running a program. */
typedef struct vv_run {
	const char *const *argv; /* NULL-ended; argv[0] as in vv_program_run */
	const char *dir;         /* to run in, or NULL */
	const vv_env *env;       /* the environment; its PATH is searched for the program */
	/* changes of env, ended by NULL: "NAME=value" adds a variable, "NAME" removes one; may be NULL */
	const char *const *more;
	const void *input; /* bytes for stdin */
	size_t len;
	vv_buf *output;        /* gets stdout; NULL: stdout is inherited */
	vv_buf *errors;        /* gets stderr; NULL: stderr is inherited */
	bool mute;             /* discard stderr */
	bool terminal;         /* inherit stdin, without input */
	bool output_to_errors; /* redirect stdout to the inherited stderr */
	bool talk;             /* stdin is a pipe that the caller writes to */
	bool script_ok;        /* run a file without #! with sh, as a shell does */
	/* Receives stdout as the program writes it, if output is NULL. A failure stops the program. */
	vv_status (*take)(void *payload, const void *bytes, size_t len, vv_error *err);
	void *payload;
	bool fed;             /* input is written piece by piece: vv_fed_start */
	unsigned silent_sec;  /* VV_EIO after this time without output; 0: no limit */
	unsigned cpu_seconds; /* SIGXCPU after this much processor time; 0: no limit */
	uint64_t memory; /* limit of address space (RLIMIT_AS), and no core files; 0: no limit */
	uint64_t data;   /* limit of allocated memory (RLIMIT_DATA); 0: no limit */
	bool alone;      /* run in a new process group */
	bool bound;      /* kill the program when the thread that started it ends */
	int by_signal;   /* bound: the signal to kill with; 0: SIGKILL */
} vv_run;

/* Starts a program. out->out is a pipe if the run has output or take, out->err if the run has errors. The caller closes the
 * pipes and waits for out->pid. VV_EPROGRAM: no such program. */
vv_status vv_run_start(vv_child *out, const vv_run *run, vv_error *err);

/* Runs a program to its end. *exit_code as in vv_program_run. */
vv_status vv_run_program(const vv_run *run, int *exit_code, vv_error *err);

/* A program whose input is written piece by piece: vv_fed_start; vv_fed_feed for each piece; vv_fed_end; vv_fed_close. Output
 * and errors are collected meanwhile in the run's buffers; both buffers are required, and must outlive the vv_fed. */
typedef struct vv_fed {
	vv_run run;
	vv_child child;
} vv_fed;
vv_status vv_fed_start(vv_fed *f, const vv_run *run, vv_error *err);
/* Writes a piece of input. VV_OK even if the program has stopped reading: its exit code shows whether it failed. */
vv_status vv_fed_feed(vv_fed *f, const void *bytes, size_t len, vv_error *err);
/* Ends the input, and waits for output until there are at least len bytes of it, or the program ends it. */
vv_status vv_fed_read(vv_fed *f, size_t len, vv_error *err);
/* Ends the input and waits for the end of the program. */
vv_status vv_fed_end(vv_fed *f, int *exit_code, vv_error *err);
/* Stops the program if it is still running. */
void vv_fed_close(vv_fed *f);

#endif
