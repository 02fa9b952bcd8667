/*
 * options: the options of every kind of connection.
 */
#ifndef VV_TRANSPORT_LINE_OPTIONS_H
#define VV_TRANSPORT_LINE_OPTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Prompts the user on a terminal, for example for a secret, and appends the answer to out, which
 * the caller wipes. prompt is one line; the function escapes it. echo: what the user types may be
 * visible. VV_EREFUSED: no terminal is available. A NULL function has the same meaning. */
typedef vv_status (*vv_ask_fn)(void *payload, const char *prompt, bool echo, vv_buf *out,
			       vv_error *err);
/* Is called with a line that the remote side printed outside of the protocol (ssh's stderr). line
 * has len bytes, and no NUL; the function must escape it before displaying it. */
typedef void (*vv_remote_line_fn)(void *payload, const char *line, size_t len);

/* The options, besides the URL. Zeroed members are the defaults. */
typedef struct vv_connect_options {
	/* the repository whose settings are used (core.sshCommand, varve.ssh, http.*); NULL: the
	 * user's and the system's settings */
	vv_repository *repo;
	/* the environment if repo is NULL; else the repository's own environment is used */
	const vv_env *env;
	/* the path of the varve to run for a URL that is a path; NULL: "varve" */
	const char *program;
	/* the command that runs varve on the remote side of ssh (remote.<name>.varve); NULL:
	 * "varve" */
	const char *remote_program;
	/* the command of varve to run with --stdio on the remote side of ssh; NULL: "serve" */
	const char *service;
	bool write; /* for a push: over HTTP, request write access (/varve?push=1) */
	/* the user did not specify this peer: over HTTP, send no secrets, and use neither Git's
	 * settings nor those of SSL_CERT_FILE and SSL_CERT_DIR */
	bool stranger;
	/* *foreign is set to true if the remote side answers, but is not varve. May be NULL; must
	 * outlive the channel. */
	bool *foreign;
	/* When another thread sets this flag, each wait fails within a second or two. May be NULL;
	 * must outlive the connection. */
	const atomic_bool *stopped;
	/* the user's time limit for each byte, in seconds (--timeout); 0: usual_sec */
	unsigned idle_sec;
	/* the configured time limit (varve.timeout), in seconds; 0: VV_IDLE_DEFAULT */
	unsigned usual_sec;
	/* time limit for the first byte, in seconds; 0: idle_sec or usual_sec if either is set,
	 * else VV_FIRST_DEFAULT */
	unsigned first_sec;
	/* another place (transport/places/place.h) has the same files: use the short time limit
	 * VV_FILES_BESIDE */
	bool beside;
	/* if this place does not answer, others can replace it: do not wait long to repeat requests */
	bool others;
	vv_ask_fn ask;
	vv_remote_line_fn line;
	void *payload; /* payload of ask and line */
} vv_connect_options;

/* Returns the environment of the repository, or, if o->repo is NULL, o->env. */
static inline const vv_env *vv_connect_env(const vv_connect_options *o)
{
	return o->repo ? vv_repository_env(o->repo) : o->env;
}

/* Time limits in seconds. */
#define VV_IDLE_DEFAULT 60u  /* for each byte */
#define VV_FIRST_DEFAULT 10u /* for the first byte */
/* for each byte of a file from a web server, which is requested twice */
#define VV_FILES_DEFAULT 6u
#define VV_FILES_BESIDE 2u /* for each byte of such a file, if another place has the file, too */
#define VV_CONNECT_SEC 10u /* for connecting */

/* Returns the time limit in seconds for each byte. */
static inline unsigned vv_idle_sec(const vv_connect_options *o)
{
	const unsigned usual = o->usual_sec > 0 ? o->usual_sec : VV_IDLE_DEFAULT;
	return o->idle_sec > 0 ? o->idle_sec : usual;
}

/* Returns the time limit in seconds for the first byte, at most vv_idle_sec. */
static inline unsigned vv_first_sec(const vv_connect_options *o)
{
	const unsigned idle = vv_idle_sec(o);
	unsigned first = VV_FIRST_DEFAULT;

	if (o->first_sec > 0) {
		first = o->first_sec;
	} else if (o->idle_sec > 0 || o->usual_sec > 0) {
		first = idle;
	}
	return first < idle ? first : idle;
}

/* Returns the time limit in seconds for each byte of a file from a web server. */
static inline unsigned vv_files_sec(const vv_connect_options *o)
{
	if (o->beside) return VV_FILES_BESIDE;
	if (o->idle_sec > 0 || o->usual_sec > 0) return vv_idle_sec(o);
	return VV_FILES_DEFAULT;
}

#endif
