/*
 * options: what every kind of line is opened with, besides its URL.
 */
#ifndef VV_TRANSPORT_LINE_OPTIONS_H
#define VV_TRANSPORT_LINE_OPTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Asked for a secret, on a terminal; NULL, or VV_EREFUSED: nobody can be asked. The answer is
 * appended to out (wiped by the caller). prompt: one line, to be shown escaped. echo: it may be seen (a user's name). */
typedef vv_status (*vv_ask_fn)(void *payload, const char *prompt, bool echo, vv_buf *out,
			       vv_error *err);
/* A line that the peer's side printed beside the protocol (ssh's stderr), to be shown escaped. */
typedef void (*vv_remote_line_fn)(void *payload, const char *line, size_t len);

typedef struct vv_connect_options {
	vv_repository *repo;        /* whose config is asked (core.sshCommand, varve.ssh, http.*);
	                            * NULL: the user's and the system's */
	const char *program;        /* the varve to run for paths: its own executable */
	const char *remote_program; /* what to call varve on the far side of ssh; NULL: "varve"
	                             * (remote.<name>.varve sets it) */
	bool write;                 /* a push: HTTP asks for credentials at once where needed */
	bool *foreign; /* set when the far side answers, and not as varve does; may be NULL; used as long
			* as the channel is */
	/* NULL, or: once another thread has set it, every wait of the line fails within a second or two. Used
	 * as long as the line is. */
	const atomic_bool *stopped;
	unsigned idle_sec; /* no byte for so long is the end; 0: 60 */
	vv_ask_fn ask;
	vv_remote_line_fn line;
	void *payload; /* of both */
} vv_connect_options;

#endif
