/*
 * options: options of every kind of line, besides its URL.
 */
#ifndef VV_TRANSPORT_LINE_OPTIONS_H
#define VV_TRANSPORT_LINE_OPTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Asks for a secret on a terminal; NULL, or VV_EREFUSED: no user to ask. The answer is appended to out (wiped by the
 * caller). prompt: one line, to be shown escaped. echo: the answer may be visible (a user's name). */
typedef vv_status (*vv_ask_fn)(void *payload, const char *prompt, bool echo, vv_buf *out,
			       vv_error *err);
/* A line that the peer's side printed beside the protocol (ssh's stderr), to be shown escaped. */
typedef void (*vv_remote_line_fn)(void *payload, const char *line, size_t len);

typedef struct vv_connect_options {
	vv_repository *repo;        /* its config is used (core.sshCommand, varve.ssh, http.*);
	                            * NULL: the user's and the system's */
	const vv_env *env;          /* the environment, if repo is NULL; else the repository's own
				     * is used */
	const char *program;        /* the varve to run for paths: its own executable */
	const char *remote_program; /* what to call varve on the far side of ssh; NULL: "varve"
	                             * (remote.<name>.varve sets it) */
	const char *service;        /* the command of it that answers --stdio; NULL: "serve" */
	bool write;                 /* a push: HTTP gets needed credentials at once */
	bool stranger;              /* found, not named: HTTP sends nothing that is secret */
	bool *foreign; /* set when the far side answers, and not as varve does; may be NULL; used as long
			* as the channel is */
	/* NULL, or: once another thread has set it, every wait of the line fails within a second or two. Used
	 * as long as the line is. */
	const atomic_bool *stopped;
	unsigned idle_sec;  /* the user's time-out for a byte; 0: usual_sec */
	unsigned usual_sec; /* the configured one (varve.timeout); 0: VV_IDLE_DEFAULT */
	/* Time limit of the far side for its first byte; 0: VV_FIRST_DEFAULT, or the user's. A sleeping machine sends
	 * none. */
	unsigned first_sec;
	/* Another place has the same: files that come slowly are given up soon (VV_FILES_BESIDE). */
	bool beside;
	vv_ask_fn ask;
	vv_remote_line_fn line;
	void *payload; /* of both */
} vv_connect_options;

static inline const vv_env *vv_connect_env(const vv_connect_options *o)
{
	return o->repo ? vv_repository_env(o->repo) : o->env;
}

/* Seconds, by default. A server of files has nothing to compute, and is tried twice. */
#define VV_IDLE_DEFAULT 60u
#define VV_FIRST_DEFAULT 10u
#define VV_FILES_DEFAULT 6u
#define VV_FILES_BESIDE 2u
#define VV_CONNECT_SEC 10u

static inline unsigned vv_idle_sec(const vv_connect_options *o)
{
	const unsigned usual = o->usual_sec > 0 ? o->usual_sec : VV_IDLE_DEFAULT;
	return o->idle_sec > 0 ? o->idle_sec : usual;
}

static inline unsigned vv_first_sec(const vv_connect_options *o)
{
	const unsigned idle = vv_idle_sec(o);
	const unsigned first = o->first_sec > 0                      ? o->first_sec
			       : o->idle_sec > 0 || o->usual_sec > 0 ? idle
								     : VV_FIRST_DEFAULT;
	return first < idle ? first : idle;
}

/* For each byte of a file of a web server. */
static inline unsigned vv_files_sec(const vv_connect_options *o)
{
	return o->beside                             ? VV_FILES_BESIDE
	       : o->idle_sec > 0 || o->usual_sec > 0 ? vv_idle_sec(o)
						     : VV_FILES_DEFAULT;
}

#endif
