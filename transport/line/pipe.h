/*
 * pipe: channels over descriptors: our own stdin and stdout, and a program's.
 */
#ifndef VV_TRANSPORT_LINE_PIPE_H
#define VV_TRANSPORT_LINE_PIPE_H

#include "base/auto.h"
#include "repo/git/program.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"

/* The far side's output beside the protocol: split into lines for display, with its end stored for
 * messages. */
typedef struct vv_peer_messages {
	vv_remote_line_fn line; /* may be NULL */
	void *payload;
	vv_buf partial; /* a line that is not whole yet */
	vv_buf tail;    /* the last of all, at most 8 KiB */
} vv_peer_messages;
void vv_peer_messages_add(vv_peer_messages *t, const char *bytes, size_t len);
void vv_peer_messages_end(vv_peer_messages *t); /* a last line without its end is a line too */
void vv_peer_messages_clear(vv_peer_messages *t);
VV_AUTO_CLEAR(vv_peer_messages, vv_peer_messages_clear)
/* The last line with something in it that is not a hint; borrowed until more is added. *hint
 * (may be NULL): the text of a "hint: " line after it, or "". NUL-ended copies in out and hint,
 * both of the given size. False: nothing was reported. */
bool vv_peer_messages_last(const vv_peer_messages *t, char *out, char *hint, size_t size);

/* Explains the end of a program that was the line: sets err, which reports already that the line
 * was closed. exit_code: -1 when it still runs, 128 + its number for a signal. */
typedef vv_status (*vv_explain_fn)(void *payload, int exit_code, const vv_peer_messages *said,
				   const char *noise, size_t len, vv_error *err);

typedef struct vv_program_line {
	const char *const *argv; /* as vv_program_start wants it */
	const char *name;        /* of the peer, for messages */
	vv_explain_fn explain;   /* NULL: the program's last output */
	void *payload;           /* of explain; freed with vv_free by the channel; may be NULL */
	unsigned patience_sec;   /* as long may the greeting take at least; 0: the idle limit */
	unsigned first_sec;      /* and then at most; 0: no other limit */
} vv_program_line;

/* Starts the program, as a channel that talks first. Variables that bind Git to this
 * repository (GIT_DIR and its kin) do not reach it. payload is taken over in any case. */
vv_status vv_channel_program(vv_channel **out, const vv_program_line *p,
			     const vv_connect_options *o, vv_error *err);

/* The message of every kind of channel that waited in vain. */
vv_status vv_fail_idle(vv_error *err, const char *name, unsigned seconds);

#endif
