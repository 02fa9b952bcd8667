/*
 * program: running other programs.
 *
 * Programs are found through the absolute entries of PATH only, and run without a shell.
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

/* Runs program with args (argv[0] resolved through absolute PATH entries only, or an absolute
 * path); input is fed to it, output (appended; at most 64 MiB) collected. Death by a signal is the
 * exit code 128 + its number. VV_EPROGRAM: no such program. */
vv_status vv_program_run(const vv_env *env, const char *const *argv, const void *input, size_t len,
			 vv_buf *output, int *exit_code, vv_error *err);
/* A running program, and this side's ends of its stdin, stdout and stderr: pipes that are closed on exec. */
typedef struct vv_child {
	pid_t pid;
	int in, out, err; /* -1 if there is none */
} vv_child;
/* Kills it, waits for it and closes its ends; nothing where pid is 0. */
void vv_child_stop(vv_child *c);
/* Starts it in env; more: "NAME=value" is added to it, "NAME" removed from it; NULL-ended; or NULL. The caller closes the ends
 * and waits for pid. VV_EPROGRAM: no such program. */
vv_status vv_program_start(vv_child *out, const vv_env *env, const char *const *argv,
			   const char *const *more, vv_error *err);
/* Is it a file that may be run? */
bool vv_program_runs(const char *path);
/* The file that a program's name means (absolute entries of PATH only); owned by the
 * caller. VV_EPROGRAM. */
vv_status vv_program_find(char **out, const vv_env *env, const char *name, vv_error *err);
/* One of varve's own programs ("varve", "varve-vault"): the one beside the program that runs, in ../libexec/varve, or in PATH.
 * VV_EPROGRAM also if the name could not be one: "varve", or "varve-" and small letters, digits and hyphens. */
#define VV_PROGRAM_WORD_MAX 32u /* after "varve-" */
vv_status vv_program_find_own(char **out, const vv_env *env, const char *name, vv_error *err);
/* The whole of what can be reported when running a program. */
typedef struct vv_run {
	const char *const *argv; /* NULL-ended; argv[0] as in vv_program_run */
	const char *dir;         /* to run in, or NULL */
	const vv_env *env;       /* its environment; PATH is used to find programs */
	/* "NAME=value", added to that; "NAME" takes it out; NULL-ended; or NULL */
	const char *const *more;
	const void *input;
	size_t len;
	vv_buf *output;        /* NULL: inherits our stdout */
	vv_buf *errors;        /* NULL: inherits our stderr */
	bool mute;             /* discards its stderr */
	bool terminal;         /* stdin is ours, not input */
	bool output_to_errors; /* its stdout is our stderr */
	bool talk;             /* stdin is a pipe that the caller writes to */
	bool script_ok;        /* a file without #! is given to sh, as a shell would */
	/* Called with its output as it comes, in place of a buffer; a failure stops it. */
	vv_status (*take)(void *payload, const void *bytes, size_t len, vv_error *err);
	void *payload;
	bool fed;             /* its input comes piece by piece: vv_fed_start */
	unsigned silent_sec;  /* VV_EIO after this time without output; 0: no limit */
	unsigned cpu_seconds; /* it is killed (SIGXCPU) after so much work; 0: no limit */
	uint64_t memory;      /* bytes of addresses (RLIMIT_AS), and no core files; 0: no limit */
	uint64_t data; /* the same for allocated memory (RLIMIT_DATA), without mapped files */
	bool alone;    /* a process group of its own */
	bool bound;    /* it is killed when the thread that started it ends: */
	int by_signal; /* 0: by SIGKILL */
} vv_run;

/* Starts it. The child has the pipe `out` if the run has output or take, and `err` if it has errors. The caller closes
 * them and waits for pid. VV_EPROGRAM: no such program. */
vv_status vv_run_start(vv_child *out, const vv_run *run, vv_error *err);

vv_status vv_run_program(const vv_run *run, int *exit_code, vv_error *err);

/* A program whose input comes piece by piece: start; feed; end. Its output and errors are collected in the
 * meantime, in the run's buffers, which both must be given and must live as long. */
typedef struct vv_fed {
	vv_run run;
	vv_child child;
} vv_fed;
vv_status vv_fed_start(vv_fed *f, const vv_run *run, vv_error *err);
/* If the program stops reading, that is not a failure: its exit code decides. */
vv_status vv_fed_feed(vv_fed *f, const void *bytes, size_t len, vv_error *err);
/* No more comes: waits for its end. */
vv_status vv_fed_end(vv_fed *f, int *exit_code, vv_error *err);
/* Stops one that runs still. */
void vv_fed_close(vv_fed *f);

#endif
