/*
 * program: runs other programs.
 *
 * Programs are looked up only in the absolute folders of PATH, and run without a shell.
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

/* Runs the program argv[0], an absolute path, or a name to look up in the absolute folders of PATH.
 * Writes len bytes of input to its stdin (len 0: stdin is /dev/null), appends its stdout to output
 * (NULL: discards it), and waits for its end. stderr is inherited. Sets *exit_code to the exit
 * code, or to 128 + the signal's number if a signal ended the program; 127: the program could not
 * be started; -1: no such program. VV_EPROGRAM: no such program. VV_EREFUSED: output would have
 * more than 64 MiB. VV_EUSAGE: argv[0] is a relative path. */
vv_status vv_program_run(const vv_env *env, const char *const *argv, const void *input, size_t len,
			 vv_buf *output, int *exit_code, vv_error *err);
/* A running program, and our ends of the pipes to its stdin, stdout and stderr. The pipes are
 * closed on exec. */
typedef struct vv_child {
	pid_t pid;
	int in, out, err; /* -1: no pipe */
	pid_t parent;     /* the process that started it */
	bool tree;        /* as in vv_run */
	const char *name; /* argv[0], borrowed, for messages */
} vv_child;
#define VV_CHILD_NONE ((vv_child){.pid = -1, .in = -1, .out = -1, .err = -1})
/* Kills the program, waits for its end, closes the pipes and sets c->pid to 0. Does nothing if
 * c->pid is 0 or negative. In a process that its parent forked, only closes the pipes. */
void vv_child_stop(vv_child *c);
/* Starts the program argv[0], as vv_program_run does, with pipes to its stdin, stdout and stderr.
 * Its environment is env, changed by `more`, a list ended by NULL, which may be NULL: "NAME=value"
 * sets a variable, "NAME" removes a variable. The caller closes the pipes and waits for out->pid.
 * VV_EPROGRAM: no such program. */
vv_status vv_program_start(vv_child *out, const vv_env *env, const char *const *argv,
			   const char *const *more, vv_error *err);
/* Returns true if path is a file that this process may execute. */
bool vv_program_runs(const char *path);
/* Sets *out to the path of the program called name, found in the absolute folders of PATH. An
 * absolute path is copied without a check. The caller frees *out with vv_free. VV_EPROGRAM: no such
 * program. VV_EUSAGE: name is a relative path or empty. */
vv_status vv_program_find(char **out, const vv_env *env, const char *name, vv_error *err);
#define VV_PROGRAM_WORD_MAX 32u /* most characters after "varve-" */
/* Sets *out to the path of one of varve's own programs, such as "varve-vault". Searches the folder
 * of the running program, then ../libexec/varve, then PATH. The caller frees *out with vv_free.
 * VV_EPROGRAM: no such program, or name is neither "varve" nor "varve-" followed by lower-case
 * letters, digits and hyphens. */
vv_status vv_program_find_own(char **out, const vv_env *env, const char *name, vv_error *err);
/* All options for running a program. */
typedef struct vv_run {
	const char *const *argv; /* NULL-ended; argv[0] as in vv_program_run */
	const char *dir;         /* folder to run in; NULL: the current folder */
	const vv_env *env;       /* the environment; its PATH is searched for the program */
	/* changes of env, as in vv_program_start; may be NULL */
	const char *const *more;
	const void *input; /* bytes for stdin */
	size_t len;
	/* receives stdout; NULL: stdout is inherited, unless `take` is set */
	vv_buf *output;
	/* receives stderr; NULL: stderr is inherited, unless `mute` is set */
	vv_buf *errors;
	bool mute;             /* discard stderr */
	bool terminal;         /* inherit stdin, without input */
	bool output_to_errors; /* redirect stdout to the inherited stderr */
	bool talk;             /* stdin is a pipe that the caller writes to */
	bool script_ok;        /* run a file without #! with sh, as a shell does */
	/* If output is NULL, is called with stdout, piece by piece, while the program runs. A
	 * negative result stops the program. May be NULL. */
	vv_status (*take)(void *payload, const void *bytes, size_t len, vv_error *err);
	void *payload;
	bool fed; /* input is written piece by piece, by vv_fed_feed */
	/* wait for the program alone, and not for processes that it left in the background, which
	 * have its stdout and stderr */
	bool leaves;
	/* is asked while the program runs, at least every 50 ms; if it returns true, the program is
	 * stopped, with VV_ECANCELLED. May be NULL. */
	bool (*stopped)(void *payload);
	void *stopped_payload;
	/* seconds without output after which the program is stopped with VV_EIO; 0: no limit */
	unsigned silent_sec;
	/* seconds of processor time after which SIGXCPU or SIGKILL ends the program; 0: no limit */
	unsigned cpu_seconds;
	/* bytes of address space (RLIMIT_AS); also disables core files; 0: no limit */
	uint64_t memory;
	uint64_t data; /* bytes of allocated memory (RLIMIT_DATA); 0: no limit */
	/* is called when the program has started; may be NULL */
	void (*started)(void *payload, pid_t pid);
	void *started_payload;
	/* the processes that the program starts are ended with it, if it is stopped, and all of them
	 * when this process ends; for programs that contact other machines */
	bool tree;
	bool alone;    /* run in a new process group */
	bool bound;    /* kill the program when the thread that started it ends */
	int by_signal; /* bound: the signal to kill with; 0: SIGKILL */
} vv_run;

/* Starts the program of run. out->in is a pipe if run has input, fed or talk; out->out is a pipe if
 * run has output or take; out->err is a pipe if run has errors. The caller closes the pipes and
 * waits for out->pid. VV_EPROGRAM: no such program. */
vv_status vv_run_start(vv_child *out, const vv_run *run, vv_error *err);

/* Runs the program of run to its end, and sets *exit_code as vv_program_run does. On failure, ends
 * the program with SIGTERM. VV_EREFUSED: output or errors would have more than 64 MiB. */
vv_status vv_run_program(const vv_run *run, int *exit_code, vv_error *err);

/* A program whose input is written piece by piece. A correct caller: vv_fed_start; vv_fed_feed for
 * each piece; vv_fed_end; vv_fed_close. Meanwhile, stdout and stderr are collected in the buffers
 * output and errors of the run; both are required, and must outlive the vv_fed. */
typedef struct vv_fed {
	vv_run run;
	vv_child child;
} vv_fed;
/* Starts the program of run, which is copied; what its members point to, but of argv only
 * argv[0] itself, is borrowed until vv_fed_close. */
vv_status vv_fed_start(vv_fed *f, const vv_run *run, vv_error *err);
/* Writes a piece of input, of len bytes. Returns VV_OK even if the program has stopped reading: its
 * exit code shows whether it failed. */
vv_status vv_fed_feed(vv_fed *f, const void *bytes, size_t len, vv_error *err);
/* Ends the input, and waits until output has at least len bytes, or the program has closed its
 * stdout and stderr. */
vv_status vv_fed_read(vv_fed *f, size_t len, vv_error *err);
/* Ends the input, waits until the program ends, and sets *exit_code as vv_program_run does. */
vv_status vv_fed_end(vv_fed *f, int *exit_code, vv_error *err);
/* If vv_fed_end was not called, ends the program with SIGTERM, waits for its end and closes the
 * pipes. */
void vv_fed_close(vv_fed *f);

#endif
