/*
 * pipe: channels over file descriptors: this process's stdin and stdout, and those of a program.
 */
#ifndef VV_TRANSPORT_LINE_PIPE_H
#define VV_TRANSPORT_LINE_PIPE_H

#include "base/auto.h"
#include "repo/git/program.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"

/* The remote side's output outside of the protocol: split into lines for display; the end is stored
 * for messages. */
typedef struct vv_peer_messages {
	vv_remote_line_fn line; /* may be NULL */
	void *payload;
	vv_buf partial; /* the beginning of an incomplete line */
	vv_buf tail;    /* the last bytes of all output, at most 8 KiB */
} vv_peer_messages;
void vv_peer_messages_add(vv_peer_messages *t, const char *bytes, size_t len);
void vv_peer_messages_end(vv_peer_messages *t); /* displays the incomplete last line */
void vv_peer_messages_clear(vv_peer_messages *t);
VV_AUTO_CLEAR(vv_peer_messages, vv_peer_messages_clear)
/* Copies the last line that is neither empty nor a hint to out, and the text of a "hint: " line
 * after it, or "", to hint (may be NULL). Both are cut to `size` bytes, including the NUL. False:
 * no such line. */
bool vv_peer_messages_last(const vv_peer_messages *t, char *out, char *hint, size_t size);

/* Explains why a program at the other end of the channel ended: replaces err, which already reports
 * that the connection was closed. exit_code: -1: the program is running; 128 + n: signal n ended
 * it. noise, len: as in vv_channel_ops.ended. Returns err->code. */
typedef vv_status (*vv_explain_fn)(void *payload, int exit_code, const vv_peer_messages *said,
				   const char *noise, size_t len, vv_error *err);

typedef struct vv_program_line {
	const char *const *argv; /* as for vv_program_start */
	const char *name;        /* the peer's name for messages */
	vv_explain_fn explain;   /* NULL: the message has the program's last output */
	void *payload;           /* of explain; the channel frees it with vv_free; may be NULL */
	unsigned patience_sec;   /* if more than the idle limit: the time limit for the greeting */
	unsigned first_sec;      /* else, the time limit for the greeting; 0: the idle limit */
} vv_program_line;

/* Starts the program and makes a channel whose peer talks first (vv_channel_new). The program does
 * not get variables that bind Git to this repository (GIT_DIR and the like). The channel owns
 * p->payload, also on failure. */
vv_status vv_channel_program(vv_channel **out, const vv_program_line *p,
			     const vv_connect_options *o, vv_error *err);

/* Sets the error of every kind of channel for a peer that sent nothing for so many seconds. */
vv_status vv_fail_idle(vv_error *err, const char *name, unsigned seconds);

#endif
