/*
 * pkt_line: Git's packet lines, as its long-running filters speak them.
 *
 * Four hex digits of length (themselves included), then the bytes; "0000" ends a run.
 * Source: gitattributes(5), "Long Running Filter Process"; gitprotocol-common(5).
 */
#ifndef VV_LIB_WORKTREE_PKT_LINE_H
#define VV_LIB_WORKTREE_PKT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_PKT_MAX 65516u /* bytes of data in one packet */

typedef struct vv_pkt_in {
	int fd;
	uint8_t *buf;    /* what came: the rest of a packet, and packets after it */
	size_t at, end;  /* in buf: of what no packet has taken yet */
	char *packet;    /* in buf */
	size_t len, pos; /* of the packet being read */
	bool flushed;    /* the run has ended */
	bool eof;        /* nothing follows; only between runs */
} vv_pkt_in;

vv_status vv_pkt_in_init(vv_pkt_in *p, int fd, vv_error *err);
void vv_pkt_in_clear(vv_pkt_in *p);
VV_AUTO_CLEAR(vv_pkt_in, vv_pkt_in_clear)

/* The next packet of the run as text, without its line end: 1, 0 at the end of the run
 * (or of everything: p->eof), <0. Borrowed until the next call. */
int vv_pkt_text(vv_pkt_in *p, const char **text, vv_error *err);

/* Bytes of the run, as a stream: 0 at its end. payload is the vv_pkt_in; fits vv_source.read. */
ssize_t vv_pkt_read(void *payload, void *buf, size_t len, vv_error *err);

/* Reads the run to its end and forgets it. */
vv_status vv_pkt_drain(vv_pkt_in *p, vv_error *err);

/* Begins the next run. */
void vv_pkt_next(vv_pkt_in *p);

typedef struct vv_pkt_out {
	int fd;
	vv_buf buf;
} vv_pkt_out;

void vv_pkt_out_init(vv_pkt_out *p, int fd);
void vv_pkt_out_clear(vv_pkt_out *p);
VV_AUTO_CLEAR(vv_pkt_out, vv_pkt_out_clear)
vv_status vv_pkt_put(vv_pkt_out *p, const void *bytes, size_t len,
		     vv_error *err); /* as many packets as it takes */
vv_status vv_pkt_puts(vv_pkt_out *p, const char *text, vv_error *err); /* with a line end */
void vv_pkt_flush(vv_pkt_out *p);                                      /* ends the run */
vv_status vv_pkt_send(vv_pkt_out *p, vv_error *err); /* sends the rest; long data is sent earlier */

#endif
