/*
 * pipe: makes channels over the stdin and stdout of a program.
 */
#ifndef VV_TRANSPORT_LINE_PIPE_H
#define VV_TRANSPORT_LINE_PIPE_H

#include "base/auto.h"
#include "repo/git/program.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"

/* The output of the remote side outside of the protocol (stderr). `line` is called for each line,
 * and the last bytes are stored for error messages. Initialise with {.line = ..., .payload =
 * ...}. */
typedef struct vv_peer_messages {
	vv_remote_line_fn line; /* may be NULL */
	void *payload;
	vv_buf partial; /* the beginning of an incomplete line */
	vv_buf tail;    /* the last bytes of all output, at most 8 KiB */
} vv_peer_messages;
/* Adds len bytes of output, and calls t->line for each complete line. A line of more than 1024
 * bytes counts as several. */
void vv_peer_messages_add(vv_peer_messages *t, const char *bytes, size_t len);
void vv_peer_messages_end(vv_peer_messages *t); /* calls t->line for the incomplete last line */
void vv_peer_messages_clear(vv_peer_messages *t);
VV_AUTO_CLEAR(vv_peer_messages, vv_peer_messages_clear)
/* Copies the last line of t that is neither empty nor a hint to out. If a line "hint: ..." follows
 * it, copies the text of the hint to hint, else sets hint to ""; hint may be NULL. Cuts both texts
 * to `size` bytes, including the NUL. If there is no such line, sets out to "", and returns
 * false. */
bool vv_peer_messages_last(const vv_peer_messages *t, char *out, char *hint, size_t size);

/* Explains why the program at the other end of the channel ended: replaces err, whose message is
 * only that the connection was closed. exit_code is -1 if the program is still running, and 128 + n
 * if signal n ended it. said: the program's stderr. noise, len: as in vv_channel_ops.ended. Returns
 * err->code. */
typedef vv_status (*vv_explain_fn)(void *payload, int exit_code, const vv_peer_messages *said,
				   const char *noise, size_t len, vv_error *err);

/* A program to start, and its time limits. */
typedef struct vv_program_line {
	const char *const *argv; /* as for vv_program_start */
	const char *name;        /* the peer's name for messages */
	/* NULL: the last line of the program's stderr is added to the message */
	vv_explain_fn explain;
	/* payload of explain, which the channel frees with vv_free; may be NULL */
	void *payload;
	/* time limit in seconds for the peer's first byte, for example while the user types a
	 * password; ignored unless it is longer than the idle limit (vv_idle_sec) */
	unsigned patience_sec;
	/* time limit in seconds for the peer's first byte if patience_sec is ignored; 0: the idle
	 * limit */
	unsigned first_sec;
} vv_program_line;

/* Starts the program p, and makes a channel to its stdin and stdout. The program must send the
 * greeting first (talks_first in vv_channel_new). Its environment does not have the variables that
 * select this repository for Git, such as GIT_DIR. The channel owns p->payload; a failure frees
 * p->payload, too. VV_EPROGRAM: no such program. */
vv_status vv_channel_program(vv_channel **out, const vv_program_line *p,
			     const vv_connect_options *o, vv_error *err);

/* For all kinds of channels: sets err, with err->silent, for a peer that sent or accepted nothing
 * for this number of seconds, and returns VV_EIO. */
vv_status vv_fail_idle(vv_error *err, const char *name, unsigned seconds);

#endif
